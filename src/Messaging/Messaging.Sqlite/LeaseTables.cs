using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>The lease protocol (<see cref="LeaseRequest"/>) on two tables, the same in the service's database and
/// in the embedded log. Runs inside a write transaction, so an exchange is atomic.</summary>
internal static class LeaseTables
{
    public const string Schema =
        """
        CREATE TABLE msg_members (
            grp TEXT NOT NULL,
            member TEXT NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (grp, member)
        ) WITHOUT ROWID;
        CREATE TABLE msg_leases (
            grp TEXT NOT NULL,
            slot INTEGER NOT NULL,
            owner TEXT,
            token INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (grp, slot)
        ) WITHOUT ROWID;
        """;

    /// <summary>Whether the row's <c>expires</c> counts. $2: the duration of a lease, in milliseconds.</summary>
    public const string Holds = $"expires > {Now} AND expires <= {Now} + $2";

    private const string Now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    public static LeaseGrant Exchange(SqliteLink link, LeaseRequest request)
    {
        var (group, member) = (request.Group, request.Member);
        var now = link.QueryNumber($"SELECT {Now}");
        // The furthest that a lease given now reaches. What lies beyond was written before the clock was set back: its
        // holder, if it lives, renews by the new time.
        var expires = now + (long)request.Duration.TotalMilliseconds;
        if (request.Leave)
        {
            link.Execute("DELETE FROM msg_members WHERE grp = $1 AND member = $2", group, member);
            link.Execute(
                "UPDATE msg_leases SET owner = NULL, expires = 0 WHERE grp = $1 AND owner = $2", group, member);
            return new LeaseGrant([], Members(link, group, now, expires));
        }

        link.Execute(
            "DELETE FROM msg_members WHERE grp = $1 AND member <> $3 AND (expires <= $2 OR expires > $4)",
            group, now, member, expires);
        link.Execute(
            """
            INSERT INTO msg_members (grp, member, expires) VALUES ($1, $2, $3)
            ON CONFLICT (grp, member) DO UPDATE SET expires = excluded.expires
            """, group, member, expires);
        AddSlots(link, group, request.Slots);
        var members = Members(link, group, now, expires);
        var share = (request.Slots + members - 1) / members;
        var held = Held(link, group, member).Where(lease => lease.Slot < request.Slots).ToList();

        while (held.Count > share
            && held.FindLastIndex(lease => !request.Busy.Contains(lease.Slot)) is >= 0 and var last)
        {
            link.Execute(
                "UPDATE msg_leases SET owner = NULL, expires = 0 WHERE grp = $1 AND slot = $2", group, held[last].Slot);
            held.RemoveAt(last);
        }
        link.Execute("UPDATE msg_leases SET expires = $3 WHERE grp = $1 AND owner = $2", group, member, expires);
        if (held.Count < share)
        {
            link.Execute(
                """
                UPDATE msg_leases SET owner = $2, token = token + 1, expires = $4
                WHERE grp = $1 AND slot IN (
                    SELECT slot FROM msg_leases
                    WHERE grp = $1 AND slot < $6 AND (owner IS NULL OR (owner <> $2 AND (expires <= $3 OR expires > $4)))
                    ORDER BY slot LIMIT $5)
                """, group, member, now, expires, share - held.Count, request.Slots);
            held = Held(link, group, member);
        }
        return new LeaseGrant(held, members);
    }

    private static List<Lease> Held(SqliteLink link, string group, string member) => link.Query(
        "SELECT slot, token FROM msg_leases WHERE grp = $1 AND owner = $2 ORDER BY slot",
        [group, member], row => new Lease(row.GetInt32(0), row.GetInt64(1)));

    private static int Members(SqliteLink link, string group, long now, long expiresMax) => (int)link.QueryNumber(
        "SELECT COUNT(*) FROM msg_members WHERE grp = $1 AND expires > $2 AND expires <= $3",
        group, now, expiresMax);

    private static void AddSlots(SqliteLink link, string group, int slots)
    {
        var known = (int)link.QueryNumber("SELECT COUNT(*) FROM msg_leases WHERE grp = $1", group);
        for (var slot = known; slot < slots; slot++)
        {
            link.Execute(
                "INSERT INTO msg_leases (grp, slot, owner, token, expires) VALUES ($1, $2, NULL, 0, 0)", group, slot);
        }
    }
}
