create table users (
    id uuid not null primary key,
    -- Lower case. None for accounts that came from elsewhere and have not been claimed.
    email text unique,
    password_hash text,
    name text,
    is_operator boolean not null,
    registered_at timestamptz not null,
    -- Sign-ins begun and not succeeded since the last that did.
    failed_sign_ins integer not null default 0,
    locked_until timestamptz
);

create table addresses (
    id uuid not null primary key,
    user_id uuid not null references users (id) on delete cascade,
    line1 text not null,
    line2 text,
    city text not null,
    postal_code text not null,
    country text not null
);

create index addresses_of_user on addresses (user_id, id);

-- Accounts that came from elsewhere, by the name they had there.
create table customer_references (
    reference text not null primary key,
    user_id uuid not null references users (id) on delete cascade,
    country text
);

create index references_of_user on customer_references (user_id);

-- Who was given a token to act for whom. Outlives both accounts.
create table acting_tokens (
    id uuid not null primary key,
    issued_at timestamptz not null,
    operator_id uuid not null,
    user_id uuid not null
);
