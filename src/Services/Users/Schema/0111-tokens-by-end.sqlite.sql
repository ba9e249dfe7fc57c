-- What is over is looked for each hour, in the transaction that all others who write wait for.
create index tokens_by_end on "OpenIddictTokens" ("ExpirationDate");
