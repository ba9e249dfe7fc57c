-- Keys of authenticators, by which people sign in instead of by a password. What the database holds is public.
create table passkeys (
    -- As the authenticator names it, in base64url.
    id text not null primary key,
    user_id uuid not null,
    -- COSE, in base64url.
    public_key text not null,
    sign_count bigint not null,
    name text not null,
    made_at timestamptz not null,
    used_at timestamptz null
);

create index passkeys_of_user on passkeys (user_id, made_at);

-- What an authenticator has signed once is not taken twice.
create table used_challenges (
    hash text not null primary key,
    ends_at timestamptz not null
);
