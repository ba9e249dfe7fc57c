using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class OptionsAndStart : IDisposable
{
    private readonly TemporaryFolder _folder = new("core");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Messaging:Outbox:BatchSize", "0")]
    [InlineData("Messaging:Outbox:PollInterval", "10.00:00:00")]
    [InlineData("Messaging:Consume:Attempts", "1000")]
    [InlineData("Messaging:Inbox:Retention", "00:00:01")]
    [InlineData("Messaging:Timers:BatchSize", "-1")]
    [InlineData("Messaging:GroupCommit:QueueMax", "0")]
    [InlineData("Messaging:Partitions", "0")]
    [InlineData("Messaging:Unknown", "drop")]
    [InlineData("Messaging:Unknown", "7")]
    [InlineData("Messaging:PayloadSizeBytesMax", "many")]
    public async Task Refuses_a_bad_setting_and_names_its_key(string key, string value)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(
            () => StartAsync(new MemoryBroker().Connect(), new() { [key] = value }));
        Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_an_event_that_is_larger_than_allowed_where_it_is_published()
    {
        await using var orders = await StartAsync(
            new MemoryBroker().Connect(), new() { ["Messaging:PayloadSizeBytesMax"] = "100" });
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => orders.CommitAsync(work => work.Publish(new OrderPlaced(new string('x', 200), 1))));
        Assert.Contains("Messaging:PayloadSizeBytesMax", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a\0b", "NUL")]
    [InlineData(null, "empty")]
    public async Task Refuses_a_key_that_says_nothing_or_cannot_be_stored_where_it_is_given(string? key, string reason)
    {
        await using var stock = await new StockService().StartAsync();
        foreach (var act in new Action<UnitOfWork>[]
        {
            work => work.Publish(new OrderSeen(key!, 1)),
            work => work.Schedule(key!, new Overdue("a"), Some.Time),
        })
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => stock.Service.CommitAsync(act));
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        }
        var statistics = await stock.Service.Store.ReadStatisticsAsync(default);
        Assert.Equal((0, 0), (statistics.OutboxRows, statistics.Timers));
    }

    [Fact]
    public async Task Refuses_to_publish_after_the_commit()
    {
        await using var orders = await StartAsync(new MemoryBroker().Connect(), []);
        await using var scope = orders.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        await work.CommitAsync(default);
        Assert.Throws<InvalidOperationException>(() => work.Publish(new OrderPlaced("a", 1)));
    }

    [Fact]
    public async Task Stops_the_service_when_the_broker_would_weaken_a_promise()
    {
        await using var orders = await StartAsync(new RefusingTransport(), []);
        var lifetime = orders.Get<IHostApplicationLifetime>();
        await Eventually.HoldsAsync("the service stops", () => lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.Contains(orders.Health.Parts, part => part.Reason == "appendonly is no: set it to yes.");
        Environment.ExitCode = 0; // It is this test's process that was told to fail.
    }

    private Task<TestService> StartAsync(ITransport transport, Dictionary<string, string?> settings) =>
        TestService.StartAsync(
            "orders", _folder.File("orders.db"), transport,
            messages => messages.Publishes<OrderPlaced>(placed => placed.Order), settings: settings);

    private sealed class RefusingTransport : ITransport
    {
        public string Name => "refusing";

        public TransportFeatures Features { get; } = new();

        public Task StartAsync(Topology topology, CancellationToken stop) =>
            throw new TransportRefusedException("appendonly is no: set it to yes.");

        public Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop) =>
            throw new NotSupportedException();

        public Task<IAsyncDisposable> SubscribeAsync(
            Subscription subscription, OnDelivery onDelivery, CancellationToken stop) =>
            throw new NotSupportedException();

        public Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop) =>
            throw new NotSupportedException();

        public Task<IAsyncDisposable> ListenAsync(
            string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => default;
    }
}
