-- One text for SQLite and PostgreSQL.
-- Who has registered an endpoint: whoever registers one more locks the row first, so that of two at once only one can be
-- the last that is allowed.
create table endpoint_owners (
    owner uuid not null primary key
);
