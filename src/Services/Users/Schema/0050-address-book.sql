-- accepts backfill: written before the first release, so no version before it adds addresses meanwhile.
-- accepts blocking-index: written before the first release, so nobody works with the table while it is built.
-- accepts unique: written before the first release, so no version before it writes a second usual address.
-- Who takes it in; none in addresses from before. One address of each account is the usual one: the oldest, at first.
alter table addresses add column name text null;
alter table addresses add column is_default boolean not null default false;

update addresses set is_default = true where not exists (
    select 1 from addresses as older where older.user_id = addresses.user_id and older.id < addresses.id);

create unique index addresses_usual on addresses (user_id) where is_default;
