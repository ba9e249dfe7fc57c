-- Buyers whose accounts are gone: nothing of theirs is accepted any more. Ids alone.
create table erased_buyers (
    buyer uuid not null primary key
);
