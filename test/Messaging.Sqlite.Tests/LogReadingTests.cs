using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>What only the embedded log can be asked.</summary>
public sealed class LogReadingTests : IAsyncDisposable
{
    private static readonly Subscription s_subscription = new("orders", 4, "inventory");
    private readonly LogUnderTest _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_that_lost_its_lease_cannot_move_the_position()
    {
        _log.Configure = options => options.LeaseDuration = TimeSpan.FromMilliseconds(500);
        var options = new EmbeddedTransportOptions { File = _log.File };
        _log.Configure(options);
        await using var transport = await _log.StartAsync("orders");
        await transport.SendAsync(Some.Messages("orders", 0, 10), Stop);
        using var log = new EmbeddedLog(options, TimeProvider.System);
        using var frozen = new LogMembership(log, s_subscription);
        using var heir = new LogMembership(log, s_subscription);
        await frozen.ExchangeAsync(Stop);
        using var delivery = new CancellationTokenSource();
        var held = await frozen.BeginAsync(delivery, Stop);
        Assert.Equal(4, held.Count);

        await Eventually.HoldsAsync("the heir has the partitions", async () =>
        {
            await heir.ExchangeAsync(Stop);
            return heir.HoldsAll;
        });
        await frozen.SettleAsync([held[0] with { Next = 7 }], Stop);
        Assert.Equal(10, (await transport.InspectAsync(s_subscription, Stop))[0].Unread);

        await heir.SettleAsync([(await heir.BeginAsync(delivery, Stop))[0] with { Next = 4 }], Stop);
        Assert.Equal(6, (await transport.InspectAsync(s_subscription, Stop))[0].Unread);
    }

    [Fact]
    public async Task A_reader_whose_signs_of_life_do_not_get_through_ends_its_delivery()
    {
        _log.Configure = options => options.LeaseDuration = TimeSpan.FromMilliseconds(600);
        var transport = await _log.StartAsync("orders");
        var (begun, revoked) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var reading = await transport.SubscribeAsync(s_subscription, async (_, token) =>
        {
            begun.TrySetResult();
            await using var registration = token.Register(() => revoked.TrySetResult());
            await revoked.Task;
            return DeliveryOutcome.Redeliver;
        }, Stop);
        await transport.SendAsync(Some.Messages("orders", 0, 1), Stop);
        await begun.Task.WithinAsync(Eventually.Bound, Stop);
        await using var locked = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_log.File};Pooling=False");
        await locked.OpenAsync(Stop);
        locked.BeginTransaction(deferred: false);
        await revoked.Task.WithinAsync(Eventually.Bound, Stop);
    }

    [Fact]
    public async Task A_delivery_of_large_messages_is_closed_early()
    {
        _log.Configure = options => options.DeliverySizeBytesMax = 100_000;
        var transport = await _log.StartAsync("orders");
        await transport.SendAsync(
            [.. Enumerable.Range(0, 20)
                .Select(number => Some.Message("orders", 0, number.ToString().PadRight(40_000)))], Stop);
        var journal = new Journal();
        await using var reader = await Reader.OpenAsync(transport, s_subscription, journal, null, Stop);
        await journal.HasAsync(20, [0]);
        Assert.Equal(3, journal.Largest);
        Assert.Equal(Enumerable.Range(0, 20), journal.Numbers(0));
    }

    [Fact]
    public async Task A_busy_partition_does_not_keep_the_others_waiting()
    {
        var transport = await _log.StartAsync("orders");
        await transport.SendAsync([.. Some.Messages("orders", 0, 100), .. Some.Messages("orders", 3, 5)], Stop);
        var journal = new Journal();
        var deliveriesUntilSeen = 0;
        await using var reader = await Reader.OpenAsync(
            transport, s_subscription with { BatchMax = 10 }, journal, (delivery, _) =>
            {
                var seen = delivery.Messages.Any(message => message.Partition == 3);
                if (seen && deliveriesUntilSeen == 0) deliveriesUntilSeen = journal.Deliveries;
                return Task.FromResult(DeliveryOutcome.Settle);
            }, Stop);
        await journal.HasAsync(100, [0]);
        await journal.HasAsync(5, [3]);
        Assert.InRange(deliveriesUntilSeen, 1, 5);
    }

    [Fact]
    public async Task Starts_anew_on_the_same_file_after_every_process_has_gone()
    {
        var before = await _log.StartAsync("orders");
        await before.SendAsync(Some.Messages("orders", 2, 5), Stop);
        await before.DisposeAsync();
        var journal = new Journal();
        await using var reader = await Reader.OpenAsync(
            await _log.StartAsync("orders"), s_subscription, journal, null, Stop);
        await journal.HasAsync(5, [2]);
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();
}
