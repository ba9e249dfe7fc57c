-- One text for SQLite and PostgreSQL.
create table endpoints (
    id uuid not null primary key,
    owner uuid not null,
    url text not null,
    description text null,
    is_ordered boolean not null,
    state text not null check (state in ('Active', 'Paused', 'Disabled', 'Ended', 'Deleted')),
    state_reason text null,
    -- Sealed. The one of before signs beside it until its time is over.
    secret text not null,
    previous_secret text null,
    previous_until timestamptz null,
    failing_since timestamptz null,
    created_at timestamptz not null,
    changed_at timestamptz not null
);

create index endpoints_of_owner on endpoints (owner, id);

create table endpoint_types (
    type text not null,
    endpoint uuid not null,
    primary key (type, endpoint)
);

create index endpoint_types_of_endpoint on endpoint_types (endpoint);

-- Of endpoints that are delivered to in order: the end of the line of each key. Whoever puts something at its end, or
-- takes something from its head, locks it first.
create table key_lines (
    endpoint uuid not null,
    event_key text not null,
    last_position bigint not null,
    changed_at timestamptz not null,
    primary key (endpoint, event_key)
);

create index key_lines_by_change on key_lines (changed_at);

create table deliveries (
    -- Made of the event's and the endpoint's id: it is the message's.
    id uuid not null primary key,
    endpoint uuid not null,
    type text not null,
    event_key text not null,
    -- The place in the line of the key; null where there is none.
    position bigint null,
    body text not null,
    traceparent text null,
    state text not null check (state in ('Waiting', 'Delivered', 'Failed')),
    -- All that were begun; the last one's number keeps an answer that comes too late from counting.
    attempts int not null,
    -- Those since it was put into the line, and when the first of them was.
    tries int not null,
    first_tried_at timestamptz null,
    -- When it is to be sent next; null when it is not, or while another stands before it. A worker that takes it moves
    -- this ahead, so that it comes back by itself if the worker dies.
    due_at timestamptz null,
    created_at timestamptz not null,
    ended_at timestamptz null,
    status int null,
    fault text null
);

create index deliveries_due on deliveries (endpoint, due_at) where due_at is not null;
create index deliveries_in_line on deliveries (endpoint, event_key, position)
    where state = 'Waiting' and position is not null;
create index deliveries_of_endpoint on deliveries (endpoint, created_at, id);
create index deliveries_waiting on deliveries (endpoint, created_at) where state = 'Waiting';
create index deliveries_ended_of_endpoint on deliveries (endpoint, ended_at) where ended_at is not null;
create index deliveries_ended on deliveries (ended_at) where ended_at is not null;

create table attempts (
    delivery uuid not null,
    number int not null,
    at timestamptz not null,
    url text not null,
    took_ms bigint not null,
    status int null,
    fault text null,
    answer text null,
    primary key (delivery, number)
);
