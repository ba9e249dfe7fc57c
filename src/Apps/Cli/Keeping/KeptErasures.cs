using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tessera.Cli.Verifying;

namespace Tessera.Cli.Keeping;

/// <summary>Who was erased, as the services keep it, ids alone; and the note to Users to erase somebody once more.
/// A service that was restored to before an erasure has the person's data again, and nothing else would ever tell it:
/// the event was read.</summary>
internal sealed class KeptErasures(ServiceDatabases databases)
{
    /// <summary>An erasure shortly before the backup may not have reached the service that was copied.</summary>
    private static readonly TimeSpan _mayTravel = TimeSpan.FromDays(1);

    private static readonly (string Service, string Ids)[] _lists =
    [
        ("users", "select user_id from erased_users"),
        ("orders", "select buyer from erased_buyers"),
        ("payments", "select buyer from erased_buyers"),
    ];

    /// <summary>Everybody of whose erasure any service knows. A database that is not there, or is so broken that it
    /// has to be restored, adds nobody.</summary>
    public async Task<HashSet<Guid>> AllAsync(CancellationToken stop)
    {
        var all = new HashSet<Guid>();
        foreach (var (service, ids) in _lists)
        {
            if (await TryReadAsync(service, ids, stop) is { } known) all.UnionWith(known);
        }
        return all;
    }

    /// <summary>Those whom Users erased after that moment, or so shortly before that others may have heard of it
    /// after.</summary>
    public async Task<HashSet<Guid>> SinceAsync(DateTimeOffset moment, CancellationToken stop)
    {
        var after = (moment - _mayTravel).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var bound = databases.Of("users").ConnectionString is null ? after : $"to_timestamp({after} / 1000.0)";
        return await TryReadAsync("users", $"select user_id from erased_users where erased_at > {bound}", stop) ?? [];
    }

    /// <summary>Those of the given whom a service that keeps a list does not have in it, or who have an account.
    /// </summary>
    public async Task<HashSet<Guid>> NotEverywhereAsync(IReadOnlySet<Guid> erased, CancellationToken stop)
    {
        var lacking = new HashSet<Guid>();
        if (erased.Count == 0) return lacking;
        foreach (var (service, ids) in _lists)
        {
            if (await TryReadAsync(service, ids, stop) is { } known) lacking.UnionWith(erased.Except(known));
        }
        var accounts = await TryReadAsync("users", "select id from users", stop) ?? [];
        lacking.UnionWith(erased.Intersect(accounts));
        return lacking;
    }

    /// <summary>Users erases them when it runs, which may be now, and tells everybody again.</summary>
    public async Task RepeatAsync(IReadOnlyCollection<Guid> users, CancellationToken stop)
    {
        if (users.Count == 0) return;
        try
        {
            await using var connection = Connect("users", SqliteOpenMode.ReadWrite);
            await connection.OpenAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            // As in its schema: what was restored may be older than the table.
            await ExecuteAsync(
                connection, transaction,
                "create table if not exists erasures_to_repeat (user_id uuid not null primary key)", stop);
            foreach (var user in users)
            {
                await ExecuteAsync(
                    connection, transaction,
                    $"insert into erasures_to_repeat (user_id) values ('{user:D}') on conflict do nothing", stop);
            }
            await transaction.CommitAsync(stop);
        }
        catch (DbException failure)
        {
            throw new UserError(
                $"{users.Count} erased accounts are not erased again: Users' database takes no note of them " +
                $"({failure.Message}). When it does: tessera reconcile --erase-again");
        }
    }

    private static async Task ExecuteAsync(
        DbConnection connection, DbTransaction transaction, string sql, CancellationToken stop)
    {
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        await command.ExecuteNonQueryAsync(stop);
    }

    private DbConnection Connect(string service, SqliteOpenMode mode) =>
        databases.Of(service) is { ConnectionString: { } address }
            ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address) { Pooling = false }.ConnectionString)
            : new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = databases.Of(service).File, Mode = mode, Pooling = false,
            }.ToString());

    private async Task<HashSet<Guid>?> TryReadAsync(string service, string sql, CancellationToken stop)
    {
        if (!databases.Of(service).IsThere) return null;
        try
        {
            return [.. await databases.QueryAsync(databases.Of(service), sql, row => row.GetGuid(0), stop)];
        }
        catch (Exception unread) when (unread is DbException or UserError)
        {
            return null;
        }
    }
}
