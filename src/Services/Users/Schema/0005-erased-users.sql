-- Whose tokens may not have expired yet: nobody takes them any more. Ids alone, and only for so long.
create table erased_users (
    user_id uuid not null primary key,
    erased_at timestamptz not null
);
