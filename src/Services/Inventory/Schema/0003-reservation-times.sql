-- When a reservation came into its states, and why it left them. None: it is from before, or not so far.
alter table reservations add column reserved_at timestamptz null;
alter table reservations add column committed_at timestamptz null;
alter table reservations add column because text null;
