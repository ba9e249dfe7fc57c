-- The flow's own states are one stage here: an order enters this index when it is placed and once more when it is
-- confirmed, instead of at each change of its state.
drop index orders_by_state;
alter table orders add column stage text not null
    generated always as (case when state in ('Placed', 'StockReserved') then 'Open' else state end) virtual;
create index orders_by_stage on orders (stage, id);
