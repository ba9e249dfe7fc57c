using System.Text.Json;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>Appends messages to partitions and reads them.</summary>
internal static class LogEntries
{
    private const string Insert =
        "INSERT INTO log_entries (id, at, key, message_id, content_type, attributes, body) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7)";

    private const string Select =
        """
        SELECT id, key, message_id, content_type, attributes, body FROM log_entries
        WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3
        """;

    /// <summary>Appends in the given order. The partitions exist.</summary>
    public static void Append(
        SqliteLink link, IReadOnlyList<(long Partition, WireMessage Message)> entries, DateTimeOffset now)
    {
        var next = new Dictionary<long, long>();
        foreach (var (partition, message) in entries)
        {
            if (!next.TryGetValue(partition, out var offset))
                offset = link.QueryNumber("SELECT next FROM log_partitions WHERE id = $1", partition);
            link.Execute(
                Insert, LogSchema.EntryId(partition, offset), now, message.Key, message.Id, message.ContentType,
                Write(message.Attributes), message.Body);
            next[partition] = offset + 1;
        }
        foreach (var (partition, offset) in next)
            link.Execute("UPDATE log_partitions SET next = $2 WHERE id = $1", partition, offset);
    }

    /// <summary>Adds entries of one partition from an offset on, within the bounds; returns the offset
    /// after the last.</summary>
    public static long Read(
        SqliteLink link, string stream, int partition, long number, long from,
        List<WireMessage> into, int countMax, ref long bytesLeft)
    {
        var next = from;
        var left = bytesLeft;
        link.Each(
            Select, [LogSchema.EntryId(number, from), LogSchema.EntryId(number + 1, 0), countMax],
            row =>
            {
                var body = row.GetBytes(5);
                into.Add(new WireMessage(
                    stream, partition, row.GetStringOrNull(1), row.GetStringOrNull(2), row.GetString(3),
                    Read(row.GetStringOrNull(4)), body));
                next = LogSchema.OffsetOf(row.GetInt64(0)) + 1;
                left -= body.Length;
                return left > 0;
            });
        bytesLeft = left;
        return next;
    }

    private static string? Write(IReadOnlyList<KeyValuePair<string, string>> attributes)
    {
        if (attributes.Count == 0) return null;
        using var buffer = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in attributes) writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static List<KeyValuePair<string, string>> Read(string? attributes)
    {
        if (attributes is null) return [];
        using var document = JsonDocument.Parse(attributes);
        var read = new List<KeyValuePair<string, string>>();
        foreach (var property in document.RootElement.EnumerateObject())
            read.Add(new(property.Name, property.Value.GetString() ?? ""));
        return read;
    }
}
