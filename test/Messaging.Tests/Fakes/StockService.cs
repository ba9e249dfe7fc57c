using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;
using Tessera.Messaging.Wire;
using Tessera.Testing;

namespace Tessera.Messaging.Tests.Fakes;

/// <summary>A consumer of the stream <c>orders</c> under test, with the broker it reads.</summary>
internal sealed class StockService : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("core");
    private TestService? _service;

    public MemoryBroker Broker { get; } = new();

    public Script Script { get; } = new();

    public CountingStore Counted { get; private set; } = null!;

    public TestService Service => _service!;

    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["Messaging:Consume:RetryDelayMin"] = "00:00:00.001",
        ["Messaging:Consume:RetryDelayMax"] = "00:00:00.020",
        ["Messaging:LeaseDuration"] = "00:00:01",
        ["Messaging:Timers:PollInterval"] = "00:00:00.020",
    };

    public async Task<StockService> StartAsync(bool batchHandler = false)
    {
        _service = await TestService.StartAsync(
            "stock",
            _folder.File("stock.db"),
            Broker.Connect(),
            messages =>
            {
                messages.Publishes<OrderSeen>(seen => seen.Order);
                messages.Timer<SeeOverdue>();
                if (batchHandler) messages.Handle<SeeOrders>();
                else messages.Handle<SeeOrder>();
            },
            services => services.AddSingleton(Script),
            Settings,
            decorate: store => Counted = new CountingStore(store));
        await _service.CommitAsync(work => work.Enqueue(SeeOrder.Table));
        await Eventually.HoldsAsync("the service is ready", () => _service.Health.IsReady);
        return this;
    }

    /// <summary>One frame with these events: one delivery.</summary>
    public Guid[] Deliver(params OrderPlaced[] placed)
    {
        var events = placed.Select(Event).ToArray();
        Broker.Append(WireFormat.EncodeFrame(events, 0));
        return [.. events.Select(known => known.Id)];
    }

    public void Deliver(EventEnvelope known) => Broker.Append(WireFormat.Encode(known, 0));

    public static EventEnvelope Event(OrderPlaced placed) => new()
    {
        Id = Guid.CreateVersion7(),
        Stream = "orders",
        Key = placed.Order,
        Type = OrderPlaced.EventType,
        Source = "/tessera/orders",
        Time = Some.Time,
        Data = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(placed, System.Text.Json.JsonSerializerOptions.Web),
    };

    public Task<List<int>> SeenAsync() =>
        Service.QueryAsync("select number from seen order by rowid", row => row.GetInt32(0));

    public async Task<List<int>> UntilSeenAsync(int count)
    {
        await Eventually.HoldsAsync($"{count} were handled", async () => (await SeenAsync()).Count >= count);
        return await SeenAsync();
    }

    public async Task<IReadOnlyList<ParkedMessage>> UntilParkedAsync(int count)
    {
        IReadOnlyList<ParkedMessage> parked = [];
        await Eventually.HoldsAsync($"{count} were parked", async () => (parked = await ParkedAsync()).Count >= count);
        return parked;
    }

    public Task<IReadOnlyList<ParkedMessage>> ParkedAsync() =>
        Service.Store.ListParkedAsync(new ParkedFilter(), null, 100, default);

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _folder.Dispose();
    }
}
