-- One text for SQLite and PostgreSQL.
-- What providers told by themselves: each of their ids once. An old one goes when new ones come.
create table payment_callbacks (
    provider text not null,
    id text not null,
    type text not null,
    -- The order whose charge it was about; null where the charge is none of ours.
    order_id uuid null,
    received_at timestamptz not null,
    primary key (provider, id)
);

create index payment_callbacks_by_time on payment_callbacks (received_at);
