using System.Text.RegularExpressions;
using Tessera.Messaging.Store;

namespace Tessera.Messaging;

/// <summary>What is parked, by its cause, and what operators have done about it. A singleton service; it only reads.
/// </summary>
public sealed partial class ParkedCauses
{
    /// <summary>So many messages are looked through; the answer says when there are more.</summary>
    public const int MessagesMax = 20_000;

    /// <summary>So many recorded messages are looked through for the acts.</summary>
    public const int RecordsMax = 10_000;

    private readonly IDatabase _database;

    internal ParkedCauses(IDatabase database) => _database = database;

    /// <summary>Groups of what was tried and failed alike: the same stream and type, and the same reason but for the
    /// numbers and ids in it. What only waits behind such a message counts as its follower.</summary>
    public async Task<ParkedByCause> GroupAsync(CancellationToken stop)
    {
        var rows = await _database.QueryAsync(
            $"""
            select stream, key, type, reason, attempts, parked_at from msg_parked
            order by stream, key, position limit {MessagesMax + 1}
            """,
            [],
            row => new Row(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4),
                row.GetTime(5)),
            stop).ConfigureAwait(false);
        var groups = rows.Take(MessagesMax)
            .GroupBy(row => (row.Stream, row.Key))
            .Select(key => (Head: key.First(), Rows: key.ToList()))
            .GroupBy(key => (key.Head.Stream, key.Head.Type, Cause: CauseOf(key.Head.Reason)))
            .Select(group => new ParkedCause(
                group.Key.Stream, group.Key.Type, group.Key.Cause, group.First().Head.Reason,
                group.Sum(key => key.Rows.Count(row => row.Attempts > 0)), group.Count(),
                group.Sum(key => key.Rows.Count(row => row.Attempts == 0)),
                group.Min(key => key.Head.ParkedAt), group.Max(key => key.Head.ParkedAt)))
            .OrderByDescending(group => group.Messages + group.Followers)
            .ThenBy(group => group.Cause, StringComparer.Ordinal);
        return new ParkedByCause([.. groups], rows.Count <= MessagesMax);
    }

    /// <summary>The newest acts, the newest first.</summary>
    public async Task<IReadOnlyList<ParkedActDone>> ListActsAsync(int limit, CancellationToken stop)
    {
        var number = _database.Engine == "postgres" ? "id" : "number";
        var rows = await _database.QueryAsync(
            $"""
            select at, by, action, stream, key, type, reason, note, act, event_id, new_event_id from msg_audit
            order by {number} desc limit {RecordsMax}
            """,
            [],
            row => (
                At: row.GetTime(0), By: row.GetString(1), Action: row.GetString(2), Stream: row.GetString(3),
                Key: row.GetString(4), Type: row.GetStringOrNull(5), Reason: row.GetStringOrNull(6),
                Note: row.GetStringOrNull(7), Act: row.IsNull(8) ? (Guid?)null : row.GetGuid(8),
                Event: row.IsNull(9) ? (Guid?)null : row.GetGuid(9),
                Changed: row.IsNull(10) ? (Guid?)null : row.GetGuid(10)),
            stop).ConfigureAwait(false);
        return
        [
            // Acts from before they had names are told apart by who and when.
            .. rows.GroupBy(row => (row.Act, row.At, row.By, row.Action))
                .Take(limit)
                .Select(act => new ParkedActDone(
                    act.Key.At, act.Key.By, act.Key.Action, act.First().Note, act.Count(),
                    act.Select(row => (row.Stream, row.Key)).Distinct().Count(), act.First().Stream,
                    act.First().Key, act.First().Type, act.First().Reason, act.First().Event, act.First().Changed)),
        ];
    }

    /// <summary>What an operator put in the place of a message, by the id of either of the two; null when there is no
    /// such record.</summary>
    public async Task<ParkedChangeDone?> FindChangeAsync(Guid eventId, CancellationToken stop)
    {
        // The index holds the changes alone, of which there are few.
        var rows = await _database.QueryAsync(
            """
            select at, by, note, stream, key, type, reason, event_id, new_event_id, data, new_data from msg_audit
            where new_event_id is not null and (new_event_id = $1 or event_id = $1) order by at desc limit 1
            """,
            [eventId],
            row => new ParkedChangeDone(
                row.GetTime(0), row.GetString(1), row.GetStringOrNull(2), row.GetString(3), row.GetString(4),
                row.GetString(5), row.GetString(6), row.GetGuid(7), row.GetGuid(8), row.GetBytes(9), row.GetBytes(10)),
            stop).ConfigureAwait(false);
        return rows is [var found] ? found : null;
    }

    /// <summary>The reason with <c>*</c> for what differs from one message to the next.</summary>
    public static string CauseOf(string reason) => Numbers().Replace(Ids().Replace(reason, "*"), "*");

    [GeneratedRegex("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")]
    private static partial Regex Ids();

    [GeneratedRegex("[0-9]+(?:[.,][0-9]+)*")]
    private static partial Regex Numbers();

    private sealed record Row(
        string Stream, string Key, string Type, string Reason, int Attempts, DateTimeOffset ParkedAt);
}

/// <param name="IsWhole">False when there is more than was looked through.</param>
public sealed record ParkedByCause(IReadOnlyList<ParkedCause> Causes, bool IsWhole);

/// <param name="Cause">What all reasons of the group have in common: <c>*</c> stands for the rest, as in
/// <see cref="ParkedFilter.Reason"/>.</param>
/// <param name="Sample">The reason of one of them.</param>
/// <param name="Messages">How many were tried and failed.</param>
/// <param name="Followers">How many wait behind them.</param>
public sealed record ParkedCause(
    string Stream, string Type, string Cause, string Sample, int Messages, int Keys, int Followers,
    DateTimeOffset First, DateTimeOffset Last);

/// <summary>What an operator did about parked messages. It cannot be changed.</summary>
/// <param name="Note">Why.</param>
/// <param name="Stream">Of one of the messages, as the members after it.</param>
/// <param name="ChangedTo">The message that was put in its place, where that was the act.</param>
public sealed record ParkedActDone(
    DateTimeOffset At, string By, string Action, string? Note, int Messages, int Keys, string Stream, string Key,
    string? Type, string? Reason, Guid? EventId = null, Guid? ChangedTo = null);

/// <summary>A message that an operator changed. It cannot be changed.</summary>
public sealed record ParkedChangeDone(
    DateTimeOffset At, string By, string? Note, string Stream, string Key, string Type, string Reason,
    Guid EventId, Guid ChangedTo, byte[] Before, byte[] After);
