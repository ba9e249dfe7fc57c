using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>Which failures of a handler say something against the message, and which do not.</summary>
public sealed class HandlerFailureRules : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public static TheoryData<Exception> Away =>
    [
        new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout."),
        new TimeoutException("No answer."),
        new HttpRequestException("Connection refused"),
        new HttpRequestException("Too many.", null, HttpStatusCode.TooManyRequests),
        new HttpRequestException("Not now.", null, HttpStatusCode.ServiceUnavailable),
        new Polly.Timeout.TimeoutRejectedException("The attempt timed out."),
        new InvalidOperationException("Wrapped.", new HttpRequestException("Connection refused")),
    ];

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Theory]
    [MemberData(nameof(Away))]
    public async Task Waits_with_the_message_while_what_the_handler_asks_is_away(Exception away)
    {
        var calls = 0;
        _stock.Script.OnOrder = (placed, _) =>
        {
            if (placed.Number == 1 && Interlocked.Increment(ref calls) <= 20) throw away;
        };
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("a", 2));
        Assert.Equal([1, 2], await _stock.UntilSeenAsync(2));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Parks_the_message_that_another_service_refuses()
    {
        _stock.Script.OnOrder = (placed, _) =>
        {
            if (placed.Number == 1) throw new HttpRequestException("Bad request.", null, HttpStatusCode.BadRequest);
        };
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("b", 2));
        Assert.Equal([2], await _stock.UntilSeenAsync(1));
        Assert.Equal(3, Assert.Single(await _stock.UntilParkedAsync(1)).Attempts);
    }

    [Fact]
    public async Task Parks_with_a_reason_that_each_database_can_store()
    {
        _stock.Script.OnOrder = (_, _) => throw new InvalidOperationException("No product 'a\0b'.");
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1));
        Assert.EndsWith(
            "'a\uFFFDb'.", Assert.Single(await _stock.UntilParkedAsync(1)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parks_what_a_handler_that_cannot_be_made_would_take_and_goes_on_with_the_others()
    {
        var made = 0;
        await using var stock = await StartAsync(services => services.AddScoped(_ =>
            Interlocked.Increment(ref made) == 1
                ? new Fragile()
                : throw new InvalidOperationException("The key file is gone.")));
        stock.Broker.Append(Wire.WireFormat.EncodeFrame(
            [
                StockService.Event(new OrderPlaced("a", 1)) with { Type = OrderShipped.EventType },
                StockService.Event(new OrderPlaced("b", 2)),
            ], 0));
        Assert.Equal([2], await UntilSeenAsync(stock.Service));
        await Eventually.HoldsAsync("the message is parked", async () =>
            await stock.Service.Store.ListParkedAsync(new(), null, 10, default)
                is [{ Attempts: 3, Reason: "InvalidOperationException: The key file is gone." }]);
    }

    [Fact]
    public async Task Refuses_to_start_when_a_handler_can_never_be_made_and_names_what_is_missing()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(_ => { }));
        Assert.Contains(nameof(ShipOrder), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Fragile), refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<Running> StartAsync(Action<IServiceCollection> services)
    {
        var folder = new TemporaryFolder("core");
        var broker = new MemoryBroker();
        var service = await TestService.StartAsync(
            "stock", folder.File("stock.db"), broker.Connect(),
            messages => messages.Publishes<OrderSeen>(seen => seen.Order).Handle<SeeOrder>().Handle<ShipOrder>(),
            more =>
            {
                more.AddSingleton(new Script());
                services(more);
            },
            new()
            {
                ["Messaging:Consume:RetryDelayMin"] = "00:00:00.001",
                ["Messaging:Consume:RetryDelayMax"] = "00:00:00.020",
            });
        await service.CommitAsync(work => work.Enqueue(SeeOrder.Table));
        return new Running(folder, broker, service);
    }

    private static async Task<List<int>> UntilSeenAsync(TestService service)
    {
        List<int> seen = [];
        await Eventually.HoldsAsync("one was handled", async () =>
            (seen = await service.QueryAsync("select number from seen", row => row.GetInt32(0))).Count > 0);
        return seen;
    }

    private sealed record Running(TemporaryFolder Folder, MemoryBroker Broker, TestService Service) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            Folder.Dispose();
        }
    }

    private sealed record OrderShipped(string Order)
    {
        public const string EventType = "orders.order-shipped.v1";
    }

    private sealed class Fragile;

    private sealed class ShipOrder(Fragile fragile) : IHandle<OrderShipped>
    {
        public Task HandleAsync(OrderShipped message, MessageContext context, CancellationToken stop)
        {
            Assert.NotNull(fragile);
            return Task.CompletedTask;
        }
    }
}
