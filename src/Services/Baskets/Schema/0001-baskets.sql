-- One text for SQLite and PostgreSQL.
-- The holder is a person ('user:ID') or a browser that nobody has signed in at yet ('guest:ID').
create table baskets (
    holder text not null primary key,
    edition uuid not null,
    changed_at timestamptz not null
);

create index baskets_by_change on baskets (changed_at);

create table basket_lines (
    holder text not null,
    sku text not null,
    quantity integer not null check (quantity > 0),
    seen_price_minor bigint not null check (seen_price_minor > 0),
    added_at timestamptz not null,
    primary key (holder, sku)
);
