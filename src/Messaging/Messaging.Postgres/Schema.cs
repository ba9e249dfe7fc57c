namespace Tessera.Messaging.Postgres;

/// <summary>The library's own tables, by version.</summary>
internal static class Schema
{
    /// <summary>The key of the transaction lock under which one process at a time creates tables.</summary>
    public const long Lock = 0x7465_7373_6572_61;

    /// <summary>What each version added, the first one at 0. A step that was released is never changed: the databases
    /// that have taken it would not take it again.</summary>
    public static IReadOnlyList<string> Steps { get; } = [Tables, Acts, Changes];

    /// <summary>Version 2: why an operator acted, and the act's name.</summary>
    private const string Acts = """
        -- accepts blocking-index: the audit has one row for each act of an operator, so it is built in a moment.
        alter table msg_audit add column if not exists note text, add column if not exists act uuid;
        create index if not exists msg_audit_act on msg_audit (act) where act is not null
        """;

    /// <summary>Version 3: what an operator put in the place of a message.</summary>
    private const string Changes = """
        -- accepts blocking-index: as of the step before it.
        alter table msg_audit add column if not exists new_event_id uuid, add column if not exists new_data bytea;
        create index if not exists msg_audit_change on msg_audit (new_event_id) where new_event_id is not null
        """;

    /// <summary>
    /// Version 1. As "if not exists": databases of before there was a version have these tables.
    /// msg_outbox: rows live for milliseconds, so it is vacuumed early, by count and unthrottled, and its bodies are
    /// not compressed. It has the primary key only: each further index would cost every publish.
    /// msg_inbox: the second index serves the retention; equal times of a batch share one entry.
    /// msg_row_guard stays empty: see RowGuard.
    /// </summary>
    private const string Tables = """
        create table if not exists msg_outbox (
            shard int not null,
            id bigint generated always as identity,
            event_id uuid not null,
            stream text not null,
            key text not null,
            type text not null,
            source text not null,
            time timestamptz not null,
            traceparent text,
            tracestate text,
            data bytea not null,
            primary key (shard, id)
        ) with (
            autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
            autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
        );
        alter table msg_outbox alter column data set storage external;
        create table if not exists msg_held_keys (
            shard int not null,
            stream text not null,
            key text not null,
            event_id uuid not null,
            reason text not null,
            attempts int not null,
            retry_at timestamptz not null,
            primary key (shard, stream, key)
        );
        create table if not exists msg_inbox (
            event_id uuid primary key,
            handled_at timestamptz not null
        ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 1);
        create index if not exists msg_inbox_handled_at on msg_inbox (handled_at);
        create table if not exists msg_parked_keys (
            stream text not null,
            key text not null,
            replay_requested_at timestamptz,
            primary key (stream, key)
        );
        create table if not exists msg_parked (
            stream text not null,
            key text not null,
            position bigint generated always as identity,
            event_id uuid not null,
            type text not null,
            source text not null,
            time timestamptz not null,
            traceparent text,
            tracestate text,
            data bytea not null,
            reason text not null,
            attempts int not null,
            parked_at timestamptz not null,
            primary key (stream, key, position)
        );
        create index if not exists msg_parked_event_id on msg_parked (event_id);
        create table if not exists msg_timers (
            type text not null,
            key text not null,
            id uuid not null,
            due timestamptz not null,
            traceparent text,
            data bytea not null,
            primary key (type, key)
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
        create index if not exists msg_timers_due on msg_timers (due, id);
        create unique index if not exists msg_timers_id on msg_timers (id);
        create table if not exists msg_members (
            lease_group text not null,
            member text not null,
            expires_at timestamptz not null,
            primary key (lease_group, member)
        ) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
        create table if not exists msg_leases (
            lease_group text not null,
            slot int not null,
            member text,
            token bigint not null,
            expires_at timestamptz not null,
            primary key (lease_group, slot)
        ) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
        create table if not exists msg_audit (
            id bigint generated always as identity primary key,
            at timestamptz not null,
            by text not null,
            action text not null,
            stream text not null,
            key text not null,
            event_id uuid not null,
            type text not null,
            reason text not null,
            data bytea
        );
        create table if not exists msg_shard_brokers (
            shard int primary key,
            broker text not null,
            previous text,
            move uuid,
            moved_at timestamptz not null,
            closed boolean not null
        );
        create table if not exists msg_row_guard (refused bigint);
        """;
}
