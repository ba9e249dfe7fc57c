using System.Text.Json;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>The ids of the events that were handled, so that handling them again has no effect.</summary>
internal static class InboxTable
{
    private const string Insert =
        "INSERT INTO msg_inbox (event_id, handled_at) VALUES ($1, $2) ON CONFLICT (event_id) DO NOTHING";

    private const string Parked =
        "SELECT key FROM msg_parked_keys WHERE stream = $1 AND key IN (SELECT value FROM json_each($2))";

    // Looks at the oldest rows only, so a call that finds nothing to delete costs no scan.
    private const string TrimOldest =
        """
        DELETE FROM msg_inbox WHERE number IN (
            SELECT number FROM (SELECT number, handled_at FROM msg_inbox ORDER BY number LIMIT $2) WHERE handled_at < $1)
        """;

    public static Admission Admit(
        SqliteLink link, string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys, DateTimeOffset now)
    {
        var fresh = new HashSet<Guid>(ids.Count);
        foreach (var id in ids)
        {
            if (link.Execute(Insert, id, now) == 1) fresh.Add(id);
        }
        var parked = link.Query(Parked, [stream, JsonSerializer.Serialize(keys)], row => row.GetString(0));
        return new Admission(fresh, parked.ToHashSet(StringComparer.Ordinal));
    }

    public static int Trim(SqliteLink link, DateTimeOffset before, int limit) =>
        link.Execute(TrimOldest, before, limit);
}
