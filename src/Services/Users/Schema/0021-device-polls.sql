-- When a device last asked whether its code was confirmed, and how long it must wait before it asks again.
create table device_polls (
    code text not null primary key,
    polled_ms bigint not null,
    interval_ms bigint not null,
    is_early integer not null
);
