using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>A timer is a promise of a service to itself: its type is written down, and nobody else fires it.</summary>
public sealed class TimerTypes : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Theory]
    [InlineData(Overdue.TimerType)]
    [InlineData(nameof(Overdue))]
    public async Task A_broker_message_of_the_type_of_a_timer_fires_none(string type)
    {
        await _stock.StartAsync();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 0)) with { Type = type });
        _stock.Deliver(new OrderPlaced("a", 1));
        Assert.Equal([1], await _stock.UntilSeenAsync(1));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Waits_under_its_written_type_whatever_its_class_is_called()
    {
        await _stock.StartAsync();
        await _stock.Service.CommitAsync(work => work.Enqueue(
            "insert into msg_timers (id, type, key, due, data) values ($1, 'stock-overdue', 'k', 0, $2)",
            Guid.CreateVersion7(), "{\"order\":\"k\"}"u8.ToArray()));
        Assert.Equal([-1], await _stock.UntilSeenAsync(1));
    }

    [Fact]
    public async Task A_parked_event_of_the_type_of_a_timer_is_replayed_as_an_event_and_fires_none()
    {
        await _stock.StartAsync();
        await using (var session = await _stock.Service.Store.BeginAsync(default))
        {
            session.Park([Some.Parked(Some.Event("k") with { Type = Overdue.TimerType })]);
            await session.CommitAsync(default);
        }
        await _stock.Service.Get<ParkedMessages>().ReplayAsync(new ParkedFilter(Key: "k"), "olga", default);
        await Eventually.HoldsAsync("the replay has ended", async () =>
            (await _stock.Service.Store.ListReplaysAsync(null, 10, default)).Count == 0);
        Assert.Contains("no handler", Assert.Single(await _stock.ParkedAsync()).Reason, StringComparison.Ordinal);
        Assert.Empty(await _stock.SeenAsync());
    }

    [Fact]
    public void A_timer_without_a_written_type_is_refused_where_it_is_listed()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() =>
            new ServiceCollection().AddMessaging("stock", messages => messages.Timer<TakeUnwritten>()));
        Assert.Contains("TimerType", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_service_and_no_stream_may_have_the_name_that_timers_are_parked_under()
    {
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddMessaging("timers", _ => { }));
        Assert.Throws<InvalidOperationException>(() =>
            new ServiceCollection().AddMessaging("stock", messages => messages.Handle<TakeFromTimers>()));
    }

    private sealed record Unwritten;

    private sealed record FromTimers
    {
        public const string EventType = "timers.some-fact.v1";
    }

    private sealed class TakeUnwritten : IHandle<Unwritten>
    {
        public Task HandleAsync(Unwritten message, MessageContext context, CancellationToken stop) =>
            Task.CompletedTask;
    }

    private sealed class TakeFromTimers : IHandle<FromTimers>
    {
        public Task HandleAsync(FromTimers message, MessageContext context, CancellationToken stop) =>
            Task.CompletedTask;
    }
}
