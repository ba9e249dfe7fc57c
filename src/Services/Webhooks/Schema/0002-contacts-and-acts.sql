-- One text for SQLite and PostgreSQL.
-- Who is told by mail when the endpoint is disabled. Goes with its deletion.
alter table endpoints add column contact text null;

-- Mails that wait: first to be written, then to be sent. A row is added by the transaction that disables an endpoint.
create table mails (
    -- Names the Message-Id: a mail that is sent again after a crash is recognised.
    id uuid not null primary key,
    kind text not null,
    recipient text not null,
    -- The written mail, sealed. None: not written yet.
    sealed text null,
    queued_at timestamptz not null,
    due_at timestamptz not null,
    tries int not null
);

create index mails_by_due on mails (due_at);

-- Who paused, resumed or redelivered what, and why.
create table acts (
    id uuid not null primary key,
    endpoint uuid not null,
    at timestamptz not null,
    actor uuid not null,
    what text not null check (what in ('Paused', 'Resumed', 'Redelivered')),
    reason text null,
    -- How many were put back; null where it was about none.
    deliveries int null
);

create index acts_of_endpoint on acts (endpoint, at);
create index acts_by_time on acts (at);
