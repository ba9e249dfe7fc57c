-- What was agreed at the placing. None: the order is from before, or nothing was said of a delivery.
alter table orders add column delivery text null;
alter table orders add column delivery_minor bigint not null default 0;

-- JSON, as the order's view shows it. None: the order is from before tax was shown.
alter table orders add column taxes text null;

-- What the operator who cancelled it said to the buyer, and what operators tell each other.
alter table orders add column cancel_words text null;
alter table orders add column note text null;

-- Apart from the orders, which are kept: it goes with the buyer's account.
create table order_addresses (
    order_id uuid not null primary key,
    name text not null,
    line1 text not null,
    line2 text null,
    city text not null,
    postal_code text not null,
    country text not null
);
