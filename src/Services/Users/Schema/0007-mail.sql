-- Mails that wait: first to be written, then to be sent. The request that causes one only adds a row, the same for
-- everybody; who the address belongs to is looked up afterwards.
create table mails (
    -- Names the Message-Id: a mail that is sent again after a crash is recognised.
    id uuid not null primary key,
    kind text not null,
    recipient text not null,
    -- The written mail, sealed: it may hold a one-time link. None: not written yet.
    sealed text null,
    queued_at timestamptz not null,
    due_at timestamptz not null,
    tries int not null
);

create index mails_by_due on mails (due_at);

create index mails_of_recipient on mails (recipient);

-- One-time links. Of what stands in the link only the SHA-256 is kept.
create table links (
    hash text not null primary key,
    purpose text not null,
    user_id uuid not null,
    made_at timestamptz not null,
    ends_at timestamptz not null
);

create index links_of_user on links (user_id);

-- When the owner of the email followed a link that was mailed there.
alter table users add column confirmed_at timestamptz;
