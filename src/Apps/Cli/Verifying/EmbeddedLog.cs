using System.Data.Common;
using System.Text.Json;

namespace Tessera.Cli.Verifying;

/// <summary>Reads the embedded broker's log: what each subscriber has still to read, and whether it handled
/// what it has read.</summary>
/// <remarks>The log keeps what was read for a while only (Messaging:Embedded:RetainRead): what is checked is what
/// is there. Another broker keeps its own; of that, the services' own tables tell (unsent, parked).</remarks>
internal static class EmbeddedLog
{
    private sealed record Position(string Stream, string Subscriber, long Partition, long Next, long End);

    private sealed record Entry(string Stream, long Partition, long Offset, IReadOnlyList<LoggedEvent> Events);

    private sealed record LoggedEvent(Guid Id, string Type);

    public static async Task<IReadOnlyList<SubscriptionRow>> ReadAsync(
        ServiceDatabases databases, IReadOnlyList<MessagingRow> messaging, CancellationToken stop)
    {
        var log = databases.EmbeddedLog;
        if (!log.IsThere) return [];
        // Positions first: what is read later may be ahead of them, never behind.
        var positions = await databases.QueryAsync(
            log,
            """
            select positions.stream, positions.subscriber, partitions.id, positions.next, partitions.next
            from log_positions as positions
            join log_partitions as partitions on partitions.stream = positions.stream and partitions.partition = positions.partition
            """,
            row => new Position(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            stop);
        var streams = positions.ToLookup(position => position.Partition, position => position.Stream);
        var entries = await databases.QueryAsync(
            log, "select id, message_id, content_type, attributes, body from log_entries",
            row => Decode(
                row.GetInt64(0), streams, Text(row, 1), row.GetString(2), Text(row, 3), (byte[])row.GetValue(4)), stop);
        var subscriptions = new List<SubscriptionRow>();
        foreach (var group in positions.GroupBy(position => (position.Stream, position.Subscriber)))
        {
            var known = messaging.FirstOrDefault(service => service.Service == group.Key.Subscriber);
            var handled = known is null ? [] : await HandledAsync(databases, known, stop);
            var read = group.ToDictionary(position => position.Partition, position => position.Next);
            var events = entries.Where(entry => entry.Stream == group.Key.Stream)
                .Where(entry => read.TryGetValue(entry.Partition, out var next) && entry.Offset < next)
                .SelectMany(entry => entry.Events).DistinctBy(each => each.Id).ToList();
            // A stream says more than each subscriber wants: of the types that it takes, it must have taken each event.
            var wanted = events.Where(each => handled.Contains(each.Id))
                .Select(each => each.Type).ToHashSet(StringComparer.Ordinal);
            var expected = known is null ? [] : events.Where(each => wanted.Contains(each.Type)).ToList();
            subscriptions.Add(new SubscriptionRow(
                group.Key.Stream, group.Key.Subscriber,
                group.Sum(position => position.End - position.Next), expected.Count,
                [.. expected.Where(each => !handled.Contains(each.Id)).Select(each => $"{each.Type} {each.Id}")]));
        }
        return subscriptions;
    }

    private static async Task<HashSet<Guid>> HandledAsync(
        ServiceDatabases databases, MessagingRow service, CancellationToken stop)
    {
        var inbox = await databases.QueryAsync(
            databases.Of(service.Service), "select event_id from msg_inbox", row => row.GetGuid(0), stop);
        var handled = inbox.ToHashSet();
        handled.UnionWith(service.ParkedIds);
        return handled;
    }

    /// <summary>One event, or a frame of several (CloudEvents JSON batch).</summary>
    private static Entry Decode(
        long entryId, ILookup<long, string> streams, string? messageId,
        string contentType, string? attributes, byte[] body)
    {
        const int offsetBits = 40;
        var partition = entryId >> offsetBits;
        var stream = streams[partition].FirstOrDefault() ?? "";
        var offset = entryId & ((1L << offsetBits) - 1);
        List<LoggedEvent> events = [];
        if (contentType.StartsWith("application/cloudevents-batch+json", StringComparison.OrdinalIgnoreCase))
        {
            using var frame = JsonDocument.Parse(body);
            foreach (var element in frame.RootElement.EnumerateArray()) AddJson(element);
        }
        else if (contentType.StartsWith("application/cloudevents+json", StringComparison.OrdinalIgnoreCase))
        {
            using var one = JsonDocument.Parse(body);
            AddJson(one.RootElement);
        }
        else if (attributes is not null)
        {
            using var binary = JsonDocument.Parse(attributes);
            Add(Attribute(binary, "id") ?? messageId, Attribute(binary, "type"));
        }
        return new Entry(stream, partition, offset, events);

        void AddJson(JsonElement element) =>
            Add(element.GetProperty("id").GetString(), element.GetProperty("type").GetString());

        void Add(string? id, string? type)
        {
            if (Guid.TryParse(id, out var parsed) && type is not null) events.Add(new LoggedEvent(parsed, type));
        }
    }

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string? Attribute(JsonDocument attributes, string name) =>
        attributes.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
