-- One text for SQLite and PostgreSQL.
create table payments (
    id uuid not null primary key,
    -- One payment an order, however often it is asked for.
    order_id uuid not null unique,
    buyer uuid not null,
    state text not null check (state in
        ('Requested', 'Capturing', 'Captured', 'Declined', 'Refunding', 'Refunded', 'Cancelled')),
    amount_minor bigint not null check (amount_minor >= 0),
    captured_minor bigint not null check (captured_minor in (0, amount_minor)),
    refunded_minor bigint not null check (refunded_minor in (0, captured_minor)),
    currency text not null,
    payment_method text null,
    decline_reason text null,
    cancel_requested boolean not null,
    attempts int not null,
    -- When the provider is to be asked next; null when there is nothing to ask. A worker that takes a payment moves
    -- this ahead, so that the payment comes back by itself if the worker dies.
    due_at timestamptz null,
    requested_at timestamptz not null
);

create index payments_due on payments (due_at) where due_at is not null;

create table ledger (
    payment_id uuid not null,
    movement text not null check (movement in ('capture', 'refund')),
    account text not null check (account in ('provider', 'sales', 'refunds')),
    -- What comes into the account is positive; the entries of a movement add up to zero.
    amount_minor bigint not null,
    booked_at timestamptz not null,
    -- No movement of a payment is booked twice.
    primary key (payment_id, movement, account)
);
