using System.Text;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Testing;

/// <summary>Test data of which only the given parts matter.</summary>
public static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 5, 4, 10, 30, 0, 125, TimeSpan.Zero);

    private static long s_number;

    /// <summary>A name that no other test of any process uses.</summary>
    public static string Name(string prefix) =>
        $"{prefix}-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}-{Guid.NewGuid().ToString("N")[..6]}";

    public static EventEnvelope Event(
        string key = "order-1", string text = "{}", string stream = "orders", Guid? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7(),
        Stream = stream,
        Key = key,
        Type = stream + ".order-placed.v1",
        Source = "/tessera/" + stream,
        Time = Time,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        TraceState = null,
        Data = Encoding.UTF8.GetBytes(text),
    };

    public static OutboxRow OutboxRow(int shard = 0, string key = "order-1", string text = "{}") =>
        new(0, shard, Event(key, text));

    public static TimerRow Timer(string key, DateTimeOffset due, string type = "PaymentOverdue", string text = "{}") =>
        new(Guid.CreateVersion7(), type, key, due, null, Encoding.UTF8.GetBytes(text));

    public static ParkedMessage Parked(EventEnvelope message, int attempts = 3, string reason = "It always fails.") =>
        new(0, message, reason, attempts, Time);

    /// <summary>A binary-mode message whose body is <paramref name="text"/>.</summary>
    public static WireMessage Message(string stream, int partition, string text, string? key = null)
    {
        var id = Guid.CreateVersion7().ToString("D");
        return new WireMessage(
            stream, partition, key ?? "key-" + partition, id, "application/json",
            [
                new("specversion", "1.0"), new("id", id), new("source", "/tessera/" + stream),
                new("type", stream + ".counted.v1"), new("partitionkey", key ?? "key-" + partition),
            ],
            Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Messages whose bodies are the numbers from <paramref name="first"/> on.</summary>
    public static List<WireMessage> Messages(string stream, int partition, int count, int first = 0) =>
        [.. Enumerable.Range(first, count).Select(number =>
            Message(stream, partition, number.ToString(System.Globalization.CultureInfo.InvariantCulture)))];

    public static string Text(this WireMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    public static int Number(this WireMessage message) =>
        int.Parse(message.Text(), System.Globalization.CultureInfo.InvariantCulture);
}
