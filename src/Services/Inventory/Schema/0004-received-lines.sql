-- What came in of each product and when, newest last by its id. Receipts from before this table are in no row of it.
create table received_lines (
    sku text not null,
    id uuid not null,
    quantity bigint not null check (quantity > 0),
    received_at timestamptz not null,
    operator_id uuid not null,
    primary key (sku, id)
);
