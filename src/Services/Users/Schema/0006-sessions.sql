-- Who is signed in at the pages. A cookie names its session; one that is not here is refused.
create table sessions (
    id uuid not null primary key,
    user_id uuid not null,
    begun_at timestamptz not null,
    ends_at timestamptz not null,
    -- What the browser and the network said of themselves, so that the owner can tell one from the other.
    browser text not null,
    network text not null
);

create index sessions_of_user on sessions (user_id, begun_at);

create index sessions_by_end on sessions (ends_at);
