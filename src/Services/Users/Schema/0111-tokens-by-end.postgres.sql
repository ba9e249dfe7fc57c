-- outside a transaction: tokens are issued while it is built.
-- What is over is looked for each hour, in the transaction that all others who write wait for.
drop index concurrently if exists tokens_by_end;
create index concurrently tokens_by_end on "OpenIddictTokens" ("ExpirationDate");
