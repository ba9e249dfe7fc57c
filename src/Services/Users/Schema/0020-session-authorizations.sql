-- accepts blocking-index: written before the first release, so nobody works with the table while it is built.
-- The sign-in that an authorization hangs on: when it ends, so do the tokens.
alter table "OpenIddictAuthorizations" add column "SessionId" text;

create index authorizations_by_session on "OpenIddictAuthorizations" ("SessionId");
