-- Those that were revoked go before their end. They are few: the others cost the index nothing.
create index tokens_revoked on "OpenIddictTokens" ("CreationDate") where "Status" = 'revoked';
