-- accepts blocking-index: it has a small row for each account that was ever erased, so it is built in a moment.
-- Erased accounts whose data may be back, because a service was restored to before the erasure. The command that
-- restores writes them here, also into the database of a version that has not made this table yet.
create table if not exists erasures_to_repeat (
    user_id uuid not null primary key
);

-- The ids stay for good from now on; who lately was erased is asked for all the time.
create index erased_users_by_time on erased_users (erased_at);
