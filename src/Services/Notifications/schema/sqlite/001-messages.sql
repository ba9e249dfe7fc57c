-- The events that were handled: a second copy of one finds its row here.
create table inbox (
    identity text primary key,
    taken_at text not null
) without rowid;

create index inbox_taken_at on inbox (taken_at);

-- What could not be handled, and the later events of its key behind it.
create table parked (
    position integer primary key autoincrement,
    identity text not null unique,
    stream text not null,
    partition integer not null,
    key text not null,
    type text not null,
    time text not null,
    traceparent text,
    attributes text not null,
    content_type text,
    body blob not null,
    reason text not null,
    attempts integer not null,
    parked_at text not null,
    replay_at text
);

create index parked_key on parked (stream, key, position);
create index parked_replay on parked (replay_at) where replay_at is not null;

-- What operators did about parked messages.
create table parked_acts (
    number integer primary key autoincrement,
    act text not null unique,
    at text not null,
    action text not null,
    stream text not null,
    key text not null,
    type text not null,
    event_id text,
    reason text,
    keys integer not null,
    messages integer not null,
    done_by text not null,
    note text
);
