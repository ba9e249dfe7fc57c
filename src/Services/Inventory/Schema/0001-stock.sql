-- One text for SQLite and PostgreSQL.
create table stock (
    sku text not null primary key,
    on_hand bigint not null check (on_hand >= 0),
    held bigint not null check (held >= 0),
    committed bigint not null check (committed >= 0),
    received bigint not null,
    check (on_hand + held + committed = received)
);

-- Lines are JSON: they never change, and are read as a whole.
create table reservations (
    order_id uuid not null primary key,
    state text not null check (state in ('Held', 'Committed', 'Released', 'Refused', 'Cancelled')),
    lines text not null,
    expires_at timestamptz null,
    changed_at timestamptz not null
);

create table receipts (
    operator_id uuid not null,
    idempotency_key text not null,
    request_hash text not null,
    answer text not null,
    received_at timestamptz not null,
    primary key (operator_id, idempotency_key)
);
