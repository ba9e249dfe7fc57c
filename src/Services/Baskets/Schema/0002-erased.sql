-- When the account of its holder was erased. Such a row stays for as long as a token of the account can, and takes
-- nothing in: a request that was under way when the account went would otherwise begin a basket of nobody.
alter table baskets add column erased_at timestamptz null;
