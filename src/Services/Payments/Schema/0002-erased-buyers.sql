-- Buyers whose accounts are gone: what stands for their card goes as soon as no answer is awaited with it. Ids alone.
create table erased_buyers (
    buyer uuid not null primary key
);
