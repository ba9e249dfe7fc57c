-- What has still to be done once to rows of before, by code, because neither engine can do it alone. Each process asks
-- at its start; the first one does it and takes the line out.
create table pending_steps (
    name text not null primary key
);

insert into pending_steps (name) values ('compose-emails-and-references');
