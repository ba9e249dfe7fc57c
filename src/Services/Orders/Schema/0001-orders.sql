-- One text for SQLite and PostgreSQL. Lines are JSON: they never change once placed and are read as a whole.
create table orders (
    id uuid not null primary key,
    buyer uuid not null,
    idempotency_key text not null,
    request_hash text not null,
    state text not null check (state in ('Placed', 'StockReserved', 'Confirmed', 'Shipped', 'Cancelled')),
    cancel_reason text null,
    stock_committed boolean not null,
    lines text not null,
    total_minor bigint not null check (total_minor > 0),
    currency text not null,
    payment_method text not null,
    reference text null,
    placed_at timestamptz not null,
    confirmed_at timestamptz null,
    version int not null,
    -- The same key from the same buyer is the same order, also when both requests arrive at once.
    constraint orders_one_per_key unique (buyer, idempotency_key),
    check ((state = 'Cancelled') = (cancel_reason is not null))
);

-- Ids are UUIDv7: in the order of placing.
create index orders_of_buyer on orders (buyer, id);

create table order_history (
    order_id uuid not null,
    version int not null,
    at timestamptz not null,
    state text not null,
    because text not null,
    primary key (order_id, version)
);

-- What Catalog's events have said; the highest version wins.
create table prices (
    sku text not null primary key,
    name text null,
    price_minor bigint not null,
    withdrawn boolean not null,
    version int not null
);
