-- Who ordered without an account: how they are written to. The address is theirs as they say, and no name to sign in by,
-- so that many may have the same.
create table guests (
    user_id uuid not null primary key references users (id) on delete cascade,
    email text not null,
    since timestamptz not null
);

create index guests_by_time on guests (since);
