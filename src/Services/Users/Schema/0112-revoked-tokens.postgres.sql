-- outside a transaction: tokens are issued while it is built.
-- Those that were revoked go before their end. They are few: the others cost the index nothing.
drop index concurrently if exists tokens_revoked;
create index concurrently tokens_revoked on "OpenIddictTokens" ("CreationDate") where "Status" = 'revoked';
