using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tessera.Messaging;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Flow;

/// <summary>The event of the workload: about 200 bytes of JSON. It says its own place, so that a reader
/// sees what is missing.</summary>
/// <param name="Number">Counts all events of a run.</param>
/// <param name="Position">Counts the events of the key.</param>
internal sealed record Happened(string Key, int Number, int Position, string Note)
{
    public const string EventType = "flow.happened.v1";

    public const string Stream = "flow";

    public static Happened At(int number, int keys)
    {
        // Not the same letters in each event: a client that compresses would have too little to carry.
        var note = Convert.ToHexStringLower(SHA512.HashData(BitConverter.GetBytes(number)));
        return new($"k-{(number % keys).ToString("d5", CultureInfo.InvariantCulture)}", number, number / keys, note);
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    public static Happened From(ReadOnlyMemory<byte> json) =>
        JsonSerializer.Deserialize<Happened>(json.Span, JsonSerializerOptions.Web)!;

    public EventEnvelope ToEnvelope(DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Stream = Stream,
        Key = Key,
        Type = EventType,
        Source = "/tessera/" + Stream,
        Time = now,
        Data = ToJson(),
    };

    public int PartitionOf(int partitions) => Partitioner.PartitionOf(Key, partitions);

    /// <summary>What the relay would send for these events: frames of up to <paramref name="frame"/> events,
    /// or single ones.</summary>
    public static IEnumerable<WireMessage> ToWire(IEnumerable<Happened> events, int frame, DateTimeOffset now)
    {
        foreach (var part in events.GroupBy(happened => happened.PartitionOf(Library.Partitions)))
        {
            foreach (var together in part.Select(happened => happened.ToEnvelope(now)).Chunk(frame))
            {
                yield return together.Length == 1
                    ? WireFormat.Encode(together[0], part.Key)
                    : WireFormat.EncodeFrame(together, part.Key);
            }
        }
    }
}

/// <summary>Inserts each event; nothing else.</summary>
internal sealed class SeeHappened(UnitOfWork work) : IHandle<Happened>
{
    public Task HandleAsync(Happened message, MessageContext context, CancellationToken stop)
    {
        work.EnqueueInsert("insert into seen (number, key) values ($1, $2)", message.Number, message.Key);
        return Task.CompletedTask;
    }
}
