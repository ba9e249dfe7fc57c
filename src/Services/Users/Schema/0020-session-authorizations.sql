-- The sign-in that an authorization hangs on: when it ends, so do the tokens.
alter table "OpenIddictAuthorizations" add column "SessionId" text;

create index authorizations_by_session on "OpenIddictAuthorizations" ("SessionId");
