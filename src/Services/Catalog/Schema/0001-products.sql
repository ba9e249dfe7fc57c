create table products (
    sku text not null primary key,
    name text not null,
    description text,
    category text not null,
    price_minor bigint not null check (price_minor > 0),
    withdrawn boolean not null,
    version integer not null,
    -- Name and SKU in lower case: what the search looks through.
    search_text text not null
);

create index products_by_name on products (name, sku);

create index products_by_category on products (category, name, sku);
