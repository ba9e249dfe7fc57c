namespace Tessera.Flow;

/// <summary>One message of a bare client: the body of the event, in the event's partition.</summary>
internal readonly record struct RawMessage(int Partition, byte[] Body)
{
    public static RawMessage[] Range(int first, int count, int keys)
    {
        var messages = new RawMessage[count];
        for (var i = 0; i < count; i++)
        {
            var happened = Happened.At(first + i, keys);
            messages[i] = new(happened.PartitionOf(Library.Partitions), happened.ToJson());
        }
        return messages;
    }
}

/// <summary>The broker's client with nothing around it: how fast it can go with the same durability.</summary>
internal abstract class RawClient : IAsyncDisposable
{
    /// <summary>Where the bare publisher sends; it has as many partitions as the stream.</summary>
    public const string Target = "raw";

    public static async Task<RawClient> ConnectAsync(Broker broker) => broker.Name switch
    {
        "rabbitmq" => await RawRabbitMq.ConnectAsync(broker.Address),
        "redis" => await RawRedis.ConnectAsync(broker.Address),
        "kafka" => new RawKafka(broker.Address),
        _ => throw new InvalidOperationException($"The broker '{broker.Name}' is not known."),
    };

    /// <summary>Makes the partitions of <see cref="Target"/>, unless they are there.</summary>
    public abstract Task DeclareAsync();

    /// <summary>Pipelined, in order per partition; completes when the broker has confirmed all.</summary>
    public abstract Task ProduceAsync(IReadOnlyList<RawMessage> messages);

    /// <summary>How many messages <see cref="Target"/> holds.</summary>
    public abstract Task<long> CountAsync();

    /// <summary>Reads the stream as the library's subscriber would; tells how many messages each
    /// acknowledgement settles.</summary>
    public abstract Task ConsumeAsync(Action<int> acknowledged, CancellationToken stop);

    public abstract ValueTask DisposeAsync();
}
