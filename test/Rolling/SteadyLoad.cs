using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Tessera.EndToEnd;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Rolling;

/// <summary>Customers who order at a steady rate and one who looks at the pages. None of them tries anything twice, so
/// each request that fails is seen.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Buyers = 4;
    private const int Clients = 20;
    private readonly Shop _shop;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Guid> _placed = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly List<Task> _running;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly int _rate;
    private int _pages;

    private SteadyLoad(Shop shop, string sku, IReadOnlyList<string> buyers, PageVisitor visitor, int rate)
    {
        (_shop, Sku, _rate) = (shop, sku, rate);
        _placed.Enqueue(visitor.Order);
        var pace = TimeSpan.FromSeconds((double)Clients / rate);
        _running = [.. Enumerable.Range(0, Clients).Select(
            client => OrderAsync(buyers[client % buyers.Count], sku, pace))];
        _running.Add(LookAsync(visitor));
    }

    /// <summary>What they order.</summary>
    public string Sku { get; }

    public IReadOnlyCollection<Guid> Placed => _placed;

    public IReadOnlyCollection<string> Failures => _failures;

    public int Pages => Volatile.Read(ref _pages);

    /// <summary>How fast they have ordered, until now or until the end.</summary>
    public Pace Pace => new(_placed.Count, _clock.Elapsed, _rate);

    public static async Task<SteadyLoad> BeginAsync(Shop shop, int rate)
    {
        var sku = await shop.NewProductAsync(stock: 1_000_000);
        var buyers = new List<string>();
        while (buyers.Count < Buyers) buyers.Add(await shop.NewBuyerAsync());
        return new SteadyLoad(shop, sku, buyers, await PageVisitor.OpenAsync(shop, sku), rate);
    }

    /// <summary>Returns when so many more orders were accepted and pages shown.</summary>
    public async Task GoOnAsync(int orders, int pages)
    {
        var (placed, shown) = (_placed.Count, Pages);
        await Eventually.HoldsAsync(
            $"{orders} more orders and {pages} more pages",
            () => !_failures.IsEmpty || (_placed.Count >= placed + orders && Pages >= shown + pages),
            TimeSpan.FromMinutes(2));
    }

    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _clock.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    private Task OrderAsync(string buyer, string sku, TimeSpan pace) => RepeatAsync("order", pace, async () =>
    {
        using var answer = await _shop.TryPlaceAsync(buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], null));
        if (answer.StatusCode != HttpStatusCode.Created)
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        _placed.Enqueue((await answer.Content.ReadFromJsonAsync<OrderView>())!.Id);
        return null;
    });

    private async Task LookAsync(PageVisitor visitor)
    {
        using (visitor)
        {
            await RepeatAsync("page", TimeSpan.FromMilliseconds(200), async () =>
            {
                var fault = await visitor.LookAsync();
                if (fault is null) Interlocked.Increment(ref _pages);
                return fault;
            });
        }
    }

    /// <param name="fault">What was wrong with the answer; null when nothing.</param>
    private async Task RepeatAsync(string what, TimeSpan pace, Func<Task<string?>> fault)
    {
        using var next = new PeriodicTimer(pace); // How fast it asks; nothing is awaited by it.
        while (!_stop.IsCancellationRequested)
        {
            await next.WaitForNextTickAsync();
            try
            {
                if (await fault() is { } found) _failures.Enqueue($"{what}: {found}");
            }
            catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException)
            {
                _failures.Enqueue($"{what}: {broken.Message} {broken.InnerException?.Message}");
            }
        }
    }
}
