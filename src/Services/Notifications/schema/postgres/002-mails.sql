-- A mail that an event causes, under the event's identity. No name and no address: they are asked for when it is sent.
create table mails (
    number bigint generated always as identity primary key,
    id text not null unique,
    kind text not null,
    key text not null,
    user_id text,
    content text not null,
    traceparent text,
    happened_at text not null,
    queued_at text not null,
    state text not null,
    due_at text not null,
    tries integer not null,
    ended_at text,
    reason text
);

create index mails_waiting on mails (due_at) where state = 'waiting';
create index mails_key on mails (key, number) where state = 'waiting';
create index mails_user on mails (user_id) where user_id is not null;
create index mails_ended on mails (ended_at) where ended_at is not null;

-- Who was erased. Their orders end after them, on another stream: nobody is told of it.
create table erased (
    user_id text primary key,
    erased_at text not null
);

-- What a person wants and does not want to be told. Without a row: all, in the shop's language.
create table preferences (
    user_id text primary key,
    language text,
    unwanted text not null
);

-- Secrets of this service's own.
create table keys (
    name text primary key,
    value text not null
);
