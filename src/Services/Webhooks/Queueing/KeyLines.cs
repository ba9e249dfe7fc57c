using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Webhooks;

/// <summary>
/// The lines of endpoints that are delivered to in order. Of each key the first that waits is due, and no other, so
/// that one at most is under way. Who joins a line and who leaves its head lock its row first: none is left behind
/// because both looked at the same moment.
/// </summary>
internal static class KeyLines
{
    /// <summary>Locks all these lines in one order, for whoever is about to lengthen several: transactions that share
    /// lines wait for each other instead of deadlocking.</summary>
    public static async Task LockAllAsync(
        UnitOfWork work, IDatabase database, IReadOnlyCollection<Guid> endpoints, IReadOnlyCollection<string> keys,
        CancellationToken stop)
    {
        if (database.Engine == "sqlite") return; // One writes at a time.
        await work.QueryAsync(
            $"""
            select 1 from key_lines where {database.In("endpoint", 1)} and {database.In("event_key", 2)}
            order by endpoint, event_key collate "C"{database.ForUpdate()}
            """,
            [database.List(endpoints), database.List(keys)], row => row.GetInt32(0), stop);
    }

    /// <summary>A place at the end. Locks the line until the commit.</summary>
    public static void Lengthen(UnitOfWork work, Guid endpoint, string key, DateTimeOffset now) => work.Enqueue(
        """
        insert into key_lines (endpoint, event_key, last_position, changed_at) values ($1, $2, 1, $3)
        on conflict (endpoint, event_key) do update
            set last_position = key_lines.last_position + 1, changed_at = excluded.changed_at
        """,
        endpoint, key, now);

    /// <summary>Locks the line until the commit, to be left by <see cref="Advance"/>.</summary>
    public static void Lock(UnitOfWork work, Guid endpoint, string key, DateTimeOffset now) => work.Enqueue(
        "update key_lines set changed_at = $3 where endpoint = $1 and event_key = $2", endpoint, key, now);

    /// <summary>The first that waits is due now, unless it is already.</summary>
    public static void Advance(UnitOfWork work, Guid endpoint, string key, DateTimeOffset now) => work.Enqueue(
        """
        update deliveries set due_at = $3 where due_at is null and id = (
            select id from deliveries
            where endpoint = $1 and event_key = $2 and state = 'Waiting' and position is not null
            order by position limit 1)
        """,
        endpoint, key, now);

    /// <summary>An expression: the place that <see cref="Lengthen"/> made.</summary>
    public static string Last(string endpoint, string key) =>
        $"(select last_position from key_lines where endpoint = {endpoint} and event_key = {key})";

    /// <summary>A condition: another stands in the line.</summary>
    public static string HasWaiting(string endpoint, string key) =>
        $"""
        exists (select 1 from deliveries as others where others.endpoint = {endpoint} and others.event_key = {key}
            and others.state = 'Waiting' and others.position is not null)
        """;
}
