-- When an account was last sent a mail that anybody can ask for, of each kind: the next one waits a while.
create table sent_mails (
    user_id uuid not null references users (id) on delete cascade,
    kind text not null,
    sent_at timestamptz not null,
    primary key (user_id, kind)
);
