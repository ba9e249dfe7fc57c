-- accepts blocking-index: written before the first release, so nobody works with the table while it is built.
-- What was done by others than the buyers, which is rare: the buyers' own steps write no entry here.
create index order_history_acts on order_history (at) where actor is not null;
