using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Moving;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>How a stream moves from one broker to another without losing its order.</summary>
public sealed class MovingRules : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new("moving");
    private readonly ScriptedBroker _old = new("old");
    private readonly ScriptedBroker _new = new("new");
    private readonly Guid _move = Guid.NewGuid();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_follows_the_opening_marker_waits_until_the_closing_one_was_seen()
    {
        await using var stock = await StartStockAsync();
        using var stop = new CancellationTokenSource();

        // Partition 1 did not move: it goes on although it came in the same delivery as what waits.
        var later = _new.DeliverAsync(stop.Token, Marker(closing: false), Event(0, 2), Event(1, 7));
        await Eventually.HoldsAsync("the other partition is handled", async () => (await SeenAsync(stock)).Contains(7));
        Assert.Equal(DeliveryOutcome.Settle, await _old.DeliverAsync(stop.Token, Event(0, 0)));
        Assert.False(later.IsCompleted);
        Assert.Equal([7, 0], await SeenAsync(stock));
        Assert.Equal(DeliveryOutcome.Settle, await _old.DeliverAsync(stop.Token, Event(0, 1), Marker(closing: true)));

        Assert.Equal(DeliveryOutcome.Settle, await later.WithinAsync(s_soon));
        Assert.Equal([7, 0, 1, 2], await SeenAsync(stock));
    }

    [Fact]
    public async Task The_closing_marker_stays_seen_after_a_restart()
    {
        await using (await StartStockAsync()) await _old.DeliverAsync(default, Event(0, 0), Marker(closing: true));
        var (old, next) = (new ScriptedBroker("old"), new ScriptedBroker("new"));

        await using var stock = await StartStockAsync(old, next);

        Assert.Equal(
            DeliveryOutcome.Settle,
            await next.DeliverAsync(default, Marker(closing: false), Event(0, 1)).WithinAsync(s_soon));
        Assert.Equal([0, 1], await SeenAsync(stock));
    }

    [Fact]
    public async Task A_delivery_that_waits_is_given_back_when_its_partition_is_revoked()
    {
        await using var stock = await StartStockAsync();
        using var revoked = new CancellationTokenSource();
        var waiting = _new.DeliverAsync(revoked.Token, Marker(closing: false), Event(0, 1));
        await revoked.CancelAsync();

        Assert.Equal(DeliveryOutcome.Redeliver, await waiting.WithinAsync(s_soon));
        Assert.Empty(await SeenAsync(stock));
    }

    [Fact]
    public async Task A_subscriber_younger_than_the_move_goes_on_when_the_old_partition_is_empty()
    {
        _old.Unread = 0;
        await using var stock = await StartStockAsync();

        Assert.Equal(
            DeliveryOutcome.Settle,
            await _new.DeliverAsync(default, Marker(closing: false), Event(0, 1)).WithinAsync(s_soon));
        Assert.Equal([1], await SeenAsync(stock));
    }

    /// <summary>Another process may hold some of it and have it handled later.</summary>
    [Fact]
    public async Task A_younger_subscriber_sends_the_marker_again_where_an_old_partition_may_only_look_empty()
    {
        (_old.Unread, _old.Features) = (0, new TransportFeatures { CountsLent = false });
        await using var stock = await StartStockAsync();

        var later = _new.DeliverAsync(default, Marker(closing: false), Event(0, 2), Event(1, 7));
        await Eventually.HoldsAsync("the marker is sent again", () =>
        {
            lock (_old.Sent) return _old.Sent.Count > 0;
        });
        Assert.False(later.IsCompleted);
        Assert.Equal([7], await SeenAsync(stock));
        var again = _old.Sent[0];
        Assert.Equal((0, new MoveMarker(_move, true, "old")), (again.Partition, MoveMarker.Read(again)));
        await _old.DeliverAsync(default, Event(0, 1), again);

        Assert.Equal(DeliveryOutcome.Settle, await later.WithinAsync(s_soon));
        Assert.Equal([7, 1, 2], await SeenAsync(stock));
    }

    [Fact]
    public async Task Both_markers_stand_before_the_first_event_and_a_failure_between_them_repeats_them()
    {
        await using (var before = await StartOrdersAsync(_old))
        {
            await before.CommitAsync(work => work.Publish(new OrderPlaced("a", 1)));
            await Eventually.HoldsAsync("it is sent", () => _old.Sent.Count == 1);
        }
        var failures = 0;
        _new.Takes = message => MoveMarker.Read(message) is null || failures++ > 0;

        await using var after = await StartOrdersAsync(_old, _new);
        await after.CommitAsync(work => work.Publish(new OrderPlaced("a", 2)));
        await Eventually.HoldsAsync("it is sent", () => _new.Sent.Any(message => MoveMarker.Read(message) is null));

        var partition = _new.Sent.First(message => MoveMarker.Read(message) is null).Partition;
        var opening = MoveMarker.Read(_new.Sent.First(message => message.Partition == partition));
        var closing = MoveMarker.Read(_old.Sent.Last(message => message.Partition == partition));
        Assert.Equal((closing!.Move, false, "old"), (opening!.Move, opening.IsClosing, opening.From));
        Assert.True(closing.IsClosing);
    }

    [Fact]
    public async Task A_relay_that_sent_to_the_old_broker_after_the_move_deletes_nothing()
    {
        await using var orders = await StartOrdersAsync(_old);
        await Eventually.HoldsAsync("messaging has started", () => orders.Health.HasStarted);
        _old.Takes = _ => false;
        await orders.CommitAsync(work => work.Publish(new OrderPlaced("a", 1)));
        var rows = await orders.Store.ReadOutboxAsync([0, 1, 2, 3], 10, TimeProvider.System.GetUtcNow(), default);
        var table = orders.Services.GetRequiredService<ShardBrokerTable>();
        var stale = await table.ReadAsync(default);
        await table.DecideAsync(stale[rows[0].Shard], "new", TimeProvider.System.GetUtcNow(), default);

        await table.SettleAsync(rows, stale, default);

        Assert.Single(await orders.Store.ReadOutboxAsync([0, 1, 2, 3], 10, TimeProvider.System.GetUtcNow(), default));
        await table.SettleAsync(rows, await table.ReadAsync(default), default);
        Assert.Empty(await orders.Store.ReadOutboxAsync([0, 1, 2, 3], 10, TimeProvider.System.GetUtcNow(), default));
    }

    /// <summary>The relay looks again at once, and learns of the move before it settles.</summary>
    [Fact]
    public async Task What_a_relay_sent_to_the_old_broker_behind_the_move_goes_to_the_new_one_as_well()
    {
        await using var orders = await StartOrdersAsync(_new, _old); // It sends to the last that is named.
        await Eventually.HoldsAsync("messaging has started", () => orders.Health.HasStarted);
        var table = orders.Services.GetRequiredService<ShardBrokerTable>();
        _old.OnSend = async message =>
        {
            if (MoveMarker.Read(message) is not null) return;
            _old.OnSend = _ => Task.CompletedTask;
            var seen = (await table.ReadAsync(default))[message.Partition];
            await table.DecideAsync(seen, "new", TimeProvider.System.GetUtcNow(), default);
            await orders.CommitAsync(work => work.Publish(new OrderPlaced("a", 2)));
        };
        await orders.CommitAsync(work => work.Publish(new OrderPlaced("a", 1)));
        await Eventually.HoldsAsync("both are sent to the new broker", () => _new.Events.Count >= 2);
        Assert.Equal([1, 2], _new.Events.Select(NumberOf));
        Assert.Equal([1], _old.Events.Select(NumberOf));
        await Eventually.HoldsAsync("nothing is left", async () =>
            (await orders.Store.ReadStatisticsAsync(default)).OutboxRows == 0);
    }

    private static int NumberOf(EventEnvelope known) =>
        JsonSerializer.Deserialize<OrderPlaced>(known.Data.Span, JsonSerializerOptions.Web)!.Number;

    private Task<TestService> StartStockAsync() => StartStockAsync(_old, _new);

    private Task<TestService> StartStockAsync(ScriptedBroker old, ScriptedBroker next) => TestService.StartAsync(
        "stock", _folder.File("stock.db"), old, messages => messages.Handle<NoteOrderPlaced>(),
        services => services.AddSingleton<ITransport>(next));

    private Task<TestService> StartOrdersAsync(ScriptedBroker first, params ScriptedBroker[] further) =>
        TestService.StartAsync(
            "orders", _folder.File("orders.db"), first,
            messages => messages.Publishes<OrderPlaced>(placed => placed.Order), services =>
            {
                foreach (var broker in further) services.AddSingleton<ITransport>(broker);
            });

    private WireMessage Marker(bool closing) =>
        new MoveMarker(_move, closing, "old").Write("orders", "/tessera/orders", 0, Some.Time);

    private static WireMessage Event(int partition, int number) => WireFormat.Encode(
        Some.Event("key-" + partition) with
        {
            Type = OrderPlaced.EventType,
            Data = JsonSerializer.SerializeToUtf8Bytes(
                new OrderPlaced("key-" + partition, number), JsonSerializerOptions.Web),
        }, partition);

    private static async Task<List<int>> SeenAsync(TestService stock)
    {
        try
        {
            return await stock.QueryAsync("select number from seen order by rowid", row => row.GetInt32(0));
        }
        catch (Exception none) when (none.Message.Contains("no such table", StringComparison.Ordinal))
        {
            return [];
        }
    }
}
