-- What was done by others than the buyers, which is rare: the buyers' own steps write no entry here.
create index order_history_acts on order_history (at) where actor is not null;
