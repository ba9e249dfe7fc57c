using System.Globalization;

namespace Tessera.Messaging.Postgres;

/// <summary>
/// A transaction of this process that has ended: every other with a lower number that still runs is in the list of a
/// later snapshot, for that list reaches at least to the last transaction that ended. Every other with a higher number
/// began to write after it, so its events have ids above <see cref="LastId"/>.
/// </summary>
/// <param name="Transaction">Its number.</param>
/// <param name="LastId">The last id of the outbox that had been drawn when it drew its number.</param>
internal sealed record Fence(ulong Transaction, long LastId)
{
    /// <summary>What <see cref="PostgresStore.IndexOnly"/> sets, and the fence. The subquery has the id read
    /// first.</summary>
    public const string Draw = $"""
        {PostgresStore.IndexOnly}, b.last_id, pg_current_xact_id()::text
        from (select coalesce(pg_sequence_last_value('msg_outbox_id_seq'), 0) as last_id offset 0) b
        """;

    public static Fence Read(PostgresReader row) =>
        new(ulong.Parse(row.GetString(8), CultureInfo.InvariantCulture), row.GetInt64(7));
}
