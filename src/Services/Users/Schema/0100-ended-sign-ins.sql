-- Sign-ins (authorizations of the token server), and tokens of machines, that ended lately: access tokens of theirs are
-- refused everywhere for as long as they could be in their lifetime.
create table ended_sign_ins (
    id text not null primary key,
    ended_at timestamptz not null
);

create index ended_sign_ins_by_time on ended_sign_ins (ended_at);
