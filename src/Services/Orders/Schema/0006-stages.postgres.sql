-- accepts stored-generated: written before the first release. Where many orders are kept it rewrites them all and holds
-- the table locked for that long: bring such a store up to this version while Orders is stopped.
-- accepts blocking-index: it is built on the table that the line before it has just rewritten under the same lock.
-- accepts blocking-index-drop: the table is locked by the same step in any case.
-- An index by state was written at each change of a state, and no such change could stay within its page. The flow's
-- own states are one stage here: an order enters this index when it is placed and once more when it is confirmed.
drop index orders_by_state;
alter table orders add column stage text not null
    generated always as (case when state in ('Placed', 'StockReserved') then 'Open' else state end) stored;
create index orders_by_stage on orders (stage, id);

-- Room for the changes that an order goes through within its first second.
alter table orders set (fillfactor = 70);
