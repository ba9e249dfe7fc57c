-- accepts drop-column: written before the first release, so no version before it reads the columns.
-- Failed sign-ins in a row, per account and source network: a stranger's do not keep the owner out. The account is the
-- SHA-256 of its email, so that an unknown one costs the same work and leaves no address here.
create table sign_in_failures (
    account text not null,
    network text not null,
    failures int not null,
    failed_at timestamptz not null,
    blocked_until timestamptz null,
    primary key (account, network)
);

create index sign_in_failures_by_age on sign_in_failures (failed_at);

alter table users drop column failed_sign_ins;

alter table users drop column locked_until;
