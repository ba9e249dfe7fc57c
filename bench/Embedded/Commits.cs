using System.Diagnostics;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Embedded;

/// <summary>Transactions that append an event, from eight callers at once.</summary>
internal static class Commits
{
    public static async Task<int> RunAsync(string folder)
    {
        await using var node = Node.Create(folder);
        await node.Store.PrepareAsync(CancellationToken.None);
        foreach (var rows in new[] { 1, 100 })
        {
            var (commits, clock) = (0, Stopwatch.StartNew());
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
            {
                while (clock.Elapsed < TimeSpan.FromSeconds(4))
                {
                    await using var session = await node.Store.BeginAsync(CancellationToken.None);
                    session.AppendOutbox(
                        [.. Enumerable.Range(0, rows).Select(_ => new OutboxRow(0, caller % 4, Event()))]);
                    await session.CommitAsync(CancellationToken.None);
                    Interlocked.Increment(ref commits);
                }
            }));
            var rate = commits / clock.Elapsed.TotalSeconds;
            Console.WriteLine($"{rows,4} events a transaction: {rate,7:n0} commits/s, {rate * rows,9:n0} events/s");
        }
        return 0;
    }

    private static EventEnvelope Event() => new()
    {
        Id = Guid.CreateVersion7(), Stream = "bench", Key = "key", Type = "bench.thing-happened.v1",
        Source = "/tessera/bench", Time = TimeProvider.System.GetUtcNow(), Data = new byte[300],
    };
}
