-- The simulated provider's own books. On SQLite it keeps them in a file of its own.
create table provider_calls (
    idempotency_key text not null primary key,
    calls int not null
);

create table provider_charges (
    idempotency_key text not null primary key,
    amount_minor bigint not null,
    currency text not null,
    decline_reason text null,
    charged_at timestamptz not null
);

create table provider_refunds (
    idempotency_key text not null primary key,
    charge_key text not null unique references provider_charges (idempotency_key),
    amount_minor bigint not null,
    refunded_at timestamptz not null
);
