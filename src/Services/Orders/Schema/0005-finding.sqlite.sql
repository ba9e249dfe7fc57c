-- accepts backfill: written before the first release, so no version before it places orders meanwhile.
-- What operators look for. Ids are in the order of placing, so a page of any of these is read as it is shown.
create index orders_by_state on orders (state, id);
create index orders_by_reference on orders (reference, id) where reference is not null;

-- Which orders hold a product: the lines themselves are JSON, which no index of both engines reads.
create table order_products (
    sku text not null,
    order_id uuid not null,
    primary key (sku, order_id)
);

insert into order_products (sku, order_id)
select distinct line.value ->> 'sku', orders.id from orders, json_each(orders.lines) as line;
