-- The secret that a person's authenticator app shares with us, sealed, and the last time step of which a code was taken.
create table second_factors (
    user_id uuid not null primary key,
    sealed_secret text not null,
    made_at timestamptz not null,
    last_step bigint not null
);

-- For who has lost the app: each works once. Hashes alone.
create table recovery_codes (
    hash text not null primary key,
    user_id uuid not null
);

create index recovery_codes_of_user on recovery_codes (user_id);
