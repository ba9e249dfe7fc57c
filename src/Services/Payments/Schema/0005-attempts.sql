-- When the provider was asked last, when the payment changed last, when its order was cancelled. None: from before, or
-- not so far.
alter table payments add column asked_at timestamptz null;
alter table payments add column changed_at timestamptz null;
alter table payments add column cancelled_at timestamptz null;

-- Attempts whose outcome stayed unknown, the last ones of each payment; those that were answered need no row.
create table payment_troubles (
    payment_id uuid not null,
    at timestamptz not null,
    is_refund boolean not null,
    attempt int not null,
    reason text not null,
    primary key (payment_id, at)
);
