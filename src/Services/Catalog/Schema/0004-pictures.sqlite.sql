-- What a product's view says of its pictures, so that a list of products is read without a look at them.
alter table products add column pictures text not null default '[]';

create table product_pictures (
    sku text not null references products (sku),
    number integer not null,
    width integer not null,
    -- Of the picture as it was given: what the address says.
    hash text not null,
    content blob not null,
    primary key (sku, number, width)
);
