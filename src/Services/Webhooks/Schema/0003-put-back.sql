-- One text for SQLite and PostgreSQL.
-- When a delivery that had ended was put into the queue again; null where it never was. Its delay counts from then.
alter table deliveries add column put_back_at timestamptz null;
