-- In which trace it happened, for operators; of what is older nobody knows.
alter table order_history add column trace_id text null;
