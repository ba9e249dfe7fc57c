-- Room for the change that ends a reservation: within its page, it writes no index.
alter table reservations set (fillfactor = 70);
