-- The search looks through small letters without accents. What has still to be done once to rows of before, by code,
-- because neither engine can do it alone: each process asks at its start; the first one does it and takes the line out.
create table pending_steps (
    name text not null primary key
);

insert into pending_steps (name) values ('fold-search-texts');
