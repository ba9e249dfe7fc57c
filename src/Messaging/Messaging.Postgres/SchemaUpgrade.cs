using Npgsql;

namespace Tessera.Messaging.Postgres;

/// <summary>Brings the library's tables to the version that this build knows, in one transaction, one process at a
/// time: the others wait for it and find nothing to do.</summary>
internal static class SchemaUpgrade
{
    /// <summary>The steps of the first release. Its builds refuse a higher number in <c>msg_schema</c>, so what came
    /// later is counted in a table that they do not look at: they go on beside newer builds, and after them.</summary>
    private const int FirstRelease = 2;

    /// <summary>Builds between the releases counted everything in one table.</summary>
    private static readonly string Version = $"""
        create table if not exists msg_schema (version int primary key, applied_at timestamptz not null default now());
        create table if not exists msg_schema_added
            (version int primary key, applied_at timestamptz not null default now());
        with late as (delete from msg_schema where version > {FirstRelease} returning version, applied_at)
        insert into msg_schema_added (version, applied_at) select version, applied_at from late on conflict do nothing
        """;

    /// <summary>Behind a step that waits for those who use a table, everybody else waits too: it gives way soon, and
    /// whoever prepares the tables tries again, as after any failure that passes.</summary>
    private const string GiveWay = "set local lock_timeout = '2s'";

    /// <summary>Tables of a newer version are used as they are, so that a release can go back, unless that version says
    /// in <c>msg_schema_oldest (version int)</c> that this one cannot work with them.</summary>
    /// <exception cref="InvalidOperationException">A newer version has changed the tables too far.</exception>
    public static async Task RunAsync(NpgsqlDataSource database, IReadOnlyList<string> steps, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
        // "if not exists" alone fails when two processes create the same table at once.
        await using var turn = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction)
        {
            Parameters = { Parameters.Of(Schema.Lock) },
        };
        await turn.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
        var version = await ReadVersionAsync(connection, transaction, stop).ConfigureAwait(false);
        if (version > steps.Count
            && await OldestAsync(connection, transaction, stop).ConfigureAwait(false) > steps.Count)
        {
            throw new InvalidOperationException(
                $"The database {connection.Database} was written by a newer version (schema {version}, " +
                $"known {steps.Count}): update this program.");
        }
        for (var step = version; step < steps.Count; step++)
        {
            await using var apply = new NpgsqlCommand(
                $"{GiveWay}; {steps[step]}; " +
                $"insert into {(step < FirstRelease ? "msg_schema" : "msg_schema_added")} (version) " +
                $"values ({step + 1})", connection, transaction);
            await apply.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
        }
        await transaction.CommitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>The oldest version that can work with the tables. None is written down: every later step only adds, so
    /// all can.</summary>
    private static async Task<int> OldestAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken stop)
    {
        await using var look = new NpgsqlCommand(
            "select to_regclass('msg_schema_oldest') is not null", connection, transaction);
        if (await look.ExecuteScalarAsync(stop).ConfigureAwait(false) is not true) return 0;
        await using var read = new NpgsqlCommand(
            "select coalesce(max(version), 0) from msg_schema_oldest", connection, transaction);
        return (int)(await read.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }

    private static async Task<int> ReadVersionAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken stop)
    {
        await using var table = new NpgsqlCommand(Version, connection, transaction);
        await table.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
        await using var read = new NpgsqlCommand(
            """
            select coalesce(max(version), 0) from
                (select version from msg_schema union all select version from msg_schema_added) as applied
            """, connection, transaction);
        return (int)(await read.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }
}
