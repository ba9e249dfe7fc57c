using System.Globalization;
using StackExchange.Redis;

namespace Tessera.Flow;

/// <summary>XADD pipelined, two batches on the way; XREADGROUP and one XACK a batch, a loop for
/// each partition.</summary>
internal sealed class RawRedis : RawClient
{
    private const int Batch = 1024, ReadCount = 256;

    private readonly ConnectionMultiplexer _redis;

    private RawRedis(ConnectionMultiplexer redis) => _redis = redis;

    public static async Task<RawRedis> ConnectAsync(string address) =>
        new(await ConnectionMultiplexer.ConnectAsync(address));

    public override Task DeclareAsync() => Task.CompletedTask;

    public override async Task ProduceAsync(IReadOnlyList<RawMessage> messages)
    {
        var database = _redis.GetDatabase();
        var before = Task.CompletedTask;
        foreach (var batch in messages.Chunk(Batch))
        {
            var sent = Task.WhenAll(
                batch.Select(message => database.StreamAddAsync(Key(Target, message.Partition), "data", message.Body)));
            await before;
            before = sent;
        }
        await before;
    }

    public override async Task<long> CountAsync()
    {
        var database = _redis.GetDatabase();
        var counts = await Task.WhenAll(Enumerable.Range(0, Library.Partitions).Select(
            partition => database.StreamLengthAsync(Key(Target, partition))));
        return counts.Sum();
    }

    public override Task ConsumeAsync(Action<int> acknowledged, CancellationToken stop) =>
        Task.WhenAll(
            Enumerable.Range(0, Library.Partitions).Select(partition => ConsumeAsync(partition, acknowledged, stop)));

    public override ValueTask DisposeAsync() => _redis.DisposeAsync();

    private static string Key(string stream, int partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{stream}:{partition}");

    private async Task ConsumeAsync(int partition, Action<int> acknowledged, CancellationToken stop)
    {
        var database = _redis.GetDatabase();
        var key = Key(Happened.Stream, partition);
        while (!stop.IsCancellationRequested)
        {
            var entries = await database.StreamReadGroupAsync(key, Library.Reader, "raw", ">", ReadCount);
            if (entries.Length == 0)
            {
                await Task.Delay(20, CancellationToken.None);
                continue;
            }
            await database.StreamAcknowledgeAsync(key, Library.Reader, [.. entries.Select(entry => entry.Id)]);
            acknowledged(entries.Length);
        }
    }
}
