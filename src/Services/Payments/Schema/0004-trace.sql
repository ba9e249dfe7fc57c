-- One text for SQLite and PostgreSQL.
-- The trace of what asked for the payment, so that what the worker does later belongs to it.
alter table payments add column traceparent text null;
