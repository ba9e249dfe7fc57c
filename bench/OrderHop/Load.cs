using System.Diagnostics;

namespace Tessera.OrderHop;

/// <summary>The two arrival patterns of the workload, inside the placing process.</summary>
internal static class Load
{
    public delegate Task Place(Guid order, int sku, int quantity, DateTimeOffset created);

    /// <summary>A: callers that each place the next order when their last one is accepted.</summary>
    public static async Task<double> ClosedAsync(Place place, int orders, int callers, TimeProvider clock)
    {
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            await Task.Yield();
            for (int i; (i = Interlocked.Increment(ref next)) < orders;)
                await place(Guid.CreateVersion7(), Random.Shared.Next(Schema.Products), 1 + (i % 3), clock.GetUtcNow());
        }));
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>B: arrivals at a fixed rate; an order is created when it was due, so a late generator
    /// is charged to it.</summary>
    public static async Task<double> OpenAsync(Place place, int perSecond, int seconds, TimeProvider clock)
    {
        var start = clock.GetUtcNow().AddMilliseconds(50);
        var watch = Stopwatch.StartNew();
        var placed = new List<Task>(perSecond * seconds);
        for (var i = 0; i < perSecond * seconds; i++)
        {
            var due = start.AddSeconds((double)i / perSecond);
            var wait = due - clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait);
            }
            var quantity = 1 + (i % 3);
            placed.Add(
                Task.Run(() => place(Guid.CreateVersion7(), Random.Shared.Next(Schema.Products), quantity, due)));
        }
        await Task.WhenAll(placed);
        return watch.Elapsed.TotalSeconds;
    }
}
