-- Who acted for the buyer, where it was not the buyer.
alter table order_history add column actor uuid null;
