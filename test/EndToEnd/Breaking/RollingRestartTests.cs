using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>Every process is ended and started again, one after the other, while clients read and buy. Nobody sees it.
/// </summary>
public sealed class RollingRestartTests(StoreOfPairs store) : IClassFixture<StoreOfPairs>
{
    [Theory]
    [InlineData("users")]
    [InlineData("catalog")]
    [InlineData("inventory")]
    [InlineData("orders")]
    [InlineData("payments")]
    [InlineData("baskets")]
    [InlineData("webhooks")]
    [InlineData("web")]
    [InlineData("ops")]
    [InlineData("gateway")]
    public async Task Refuses_no_read_and_no_order_while_a_service_restarts_replica_by_replica(string service)
    {
        var stop = TestContext.Current.CancellationToken;
        var buyer = await store.Shop.NewBuyerAsync();
        var sku = await store.Shop.NewProductAsync(stock: 100_000);
        var placed = await store.Shop.PlaceAsync(buyer, sku);
        await store.Shop.BecomesAsync(buyer, placed.Id, "Confirmed"); // So there is a payment to read.
        await using var traffic = new Traffic(store.Shop, buyer, sku, placed.Id, perSecond: 200);
        await Eventually.HoldsAsync("requests are answered", () => traffic.Answered > 100);
        var shipped = new TaskCompletionSource();
        await using var follower = service == "gateway"
            ? new Follower(store.Shop, buyer, placed.Id, comeBack: shipped.Task)
            : null;
        if (follower is not null)
            await Eventually.HoldsAsync("the order is followed", () => follower.States.Contains("Confirmed"));

        var before = traffic.Answered;
        var restart = store.RunAsync("restart", service);
        if (follower is not null)
        {
            await Eventually.HoldsAsync(
                "the stream is cut", () => follower.Cuts > 0 || restart.IsCompleted, Eventually.ProcessBound);
            await ShipAsync(buyer, placed.Id); // So the client misses it, unless it is told when it comes back.
            shipped.SetResult();
        }
        await restart;

        var after = traffic.Answered;
        await Eventually.HoldsAsync("requests are answered still", () => traffic.Answered > after + 100);
        await traffic.EndAsync(stop);
        Assert.True(traffic.Failures.IsEmpty, string.Join("\n", traffic.Failures.Take(5)));
        Assert.True(after - before > 100, $"Only {after - before} requests came by while {service} restarted.");
        if (follower is not null)
        {
            await Eventually.HoldsAsync("the last state is told", () => follower.States.Contains("Shipped"));
            Assert.True(follower.Cuts > 0, "No replica that was restarted had the stream.");
            Assert.Empty(follower.Failures);
            var order = await store.Shop.OrderAsync(buyer, placed.Id);
            Assert.Equal(order.History.Select(entry => entry.State), follower.States);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{after - before} requests while {service} restarted");
    }

    private Task ShipAsync(string buyer, Guid order) => Eventually.HoldsAsync("the order is shipped", async () =>
    {
        using var answer = await store.Shop.TryAsync(
            HttpMethod.Post, $"/api/v1/orders/{order}/ship", null, store.Shop.Operator, Guid.NewGuid().ToString());
        return answer.IsSuccessStatusCode || (await store.Shop.OrderAsync(buyer, order)).State == "Shipped";
    });

    /// <summary>Holds the stream of an order's states open and, where it is cut, comes back with the last one's id, as
    /// browsers do.</summary>
    private sealed class Follower : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentQueue<string> _states = [];
        private readonly ConcurrentQueue<string> _failures = [];
        private readonly Task _following;
        private int _cuts;

        public Follower(Shop shop, string buyer, Guid order, Task comeBack) =>
            _following = RunAsync(shop, buyer, order, comeBack);

        /// <summary>In the order in which they were told, twice where they were told twice.</summary>
        public IReadOnlyCollection<string> States => _states;

        public IReadOnlyCollection<string> Failures => _failures;

        public int Cuts => Volatile.Read(ref _cuts);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _following;
            _stop.Dispose();
        }

        private async Task RunAsync(Shop shop, string buyer, Guid order, Task comeBack)
        {
            string? last = null;
            while (!_stop.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{order}/events");
                request.Headers.Authorization = new("Bearer", buyer);
                if (last is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
                try
                {
                    using var answer = await shop.Http.SendAsync(
                        request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
                    if (answer.StatusCode != HttpStatusCode.OK)
                    {
                        _failures.Enqueue($"The stream is refused: {(int)answer.StatusCode}");
                        return;
                    }
                    last = await ReadAsync(await answer.Content.ReadAsStreamAsync(_stop.Token), last);
                    Interlocked.Increment(ref _cuts);
                    await comeBack.WaitAsync(_stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (HttpRequestException broken)
                {
                    _failures.Enqueue($"The stream is not opened: {broken.Message}");
                    return;
                }
            }
        }

        /// <returns>The id of the last state, once the stream has ended.</returns>
        private async Task<string?> ReadAsync(Stream stream, string? last)
        {
            try
            {
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(_stop.Token))
                {
                    using var entry = JsonDocument.Parse(item.Data);
                    _states.Enqueue(entry.RootElement.GetProperty("state").GetString()!);
                    last = item.EventId ?? last;
                }
            }
            catch (IOException)
            {
                // Cut in the middle, as a connection that is closed.
            }
            return last;
        }
    }

    /// <summary>Clients that do not retry: something of every service and of both kinds of pages, and orders with a
    /// key.</summary>
    private sealed class Traffic : IAsyncDisposable
    {
        private const int Clients = 20;
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentQueue<string> _failures = [];
        private readonly List<Task> _clients;
        private int _answered;

        public Traffic(Shop shop, string buyer, string sku, Guid order, int perSecond) =>
            _clients = [.. Enumerable.Range(0, Clients).Select(client => RunAsync(
                shop, buyer, sku, order, client, TimeSpan.FromSeconds((double)Clients / perSecond)))];

        public int Answered => Volatile.Read(ref _answered);

        public ConcurrentQueue<string> Failures => _failures;

        public async Task EndAsync(CancellationToken stop)
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_clients).WaitAsync(stop);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync(CancellationToken.None);
            _stop.Dispose();
        }

        private async Task RunAsync(Shop shop, string buyer, string sku, Guid order, int client, TimeSpan pace)
        {
            using var next = new PeriodicTimer(pace); // How fast it asks; nothing is awaited by it.
            for (var number = client; !_stop.IsCancellationRequested; number++)
            {
                await next.WaitForNextTickAsync();
                var (method, path, expected) = (number % 10) switch
                {
                    0 => (HttpMethod.Get, $"/api/v1/orders/{order}", HttpStatusCode.OK),
                    1 => (HttpMethod.Post, "/api/v1/orders", HttpStatusCode.Created),
                    2 => (HttpMethod.Get, $"/api/v1/stock/{sku}", HttpStatusCode.OK),
                    3 => (HttpMethod.Get, "/.well-known/openid-configuration", HttpStatusCode.OK),
                    4 => (HttpMethod.Get, $"/api/v1/payments/orders/{order}", HttpStatusCode.OK),
                    5 => (HttpMethod.Get, "/api/v1/baskets/mine", HttpStatusCode.OK),
                    6 => (HttpMethod.Get, "/", HttpStatusCode.OK),
                    7 => (HttpMethod.Get, "/ops/assets/ops.js", HttpStatusCode.OK),
                    8 => (HttpMethod.Get, "/api/v1/webhooks", HttpStatusCode.OK),
                    _ => (HttpMethod.Get, $"/api/v1/products/{sku}", HttpStatusCode.OK),
                };
                var body = method == HttpMethod.Post ? new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], null) : null;
                var who = path.StartsWith("/api/v1/webhooks", StringComparison.Ordinal) ? shop.Operator : buyer;
                try
                {
                    using var answer = await shop.TryAsync(
                        method, path, body, who, body is null ? null : Guid.NewGuid().ToString());
                    if (answer.StatusCode != expected)
                        _failures.Enqueue($"{method} {path}: {(int)answer.StatusCode} " +
                            await answer.Content.ReadAsStringAsync());
                }
                catch (HttpRequestException broken)
                {
                    _failures.Enqueue($"{method} {path}: {broken.Message} {broken.InnerException?.Message}");
                }
                Interlocked.Increment(ref _answered);
            }
        }
    }
}

/// <summary>Two processes of everything, and limits that one test's client does not reach.</summary>
public sealed class StoreOfPairs : Store
{
    public StoreOfPairs() : base(("Gateway__CustomerPerSecond", "10000"), ("Gateway__AnonymousPerSecond", "10000")) =>
        UpWords =
        [
            "--replicas",
            "users=2,catalog=2,inventory=2,orders=2,payments=2,baskets=2,webhooks=2,web=2,ops=2,gateway=2",
        ];
}
