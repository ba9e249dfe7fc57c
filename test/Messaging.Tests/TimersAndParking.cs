using Tessera.Messaging.Store;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class TimersAndParking : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Fact]
    public async Task Handles_a_timer_when_it_is_due_and_not_before()
    {
        await _stock.StartAsync();
        await ScheduleAsync("late", TimeSpan.FromHours(1));
        await ScheduleAsync("soon", TimeSpan.FromMilliseconds(200));
        await ScheduleAsync("now", TimeSpan.Zero);
        await _stock.UntilSeenAsync(2);
        Assert.Equal(["now", "soon"], await KeysAsync());
    }

    [Fact]
    public async Task Replaces_and_cancels_a_waiting_timer()
    {
        await _stock.StartAsync();
        await ScheduleAsync("a", TimeSpan.FromHours(1));
        await ScheduleAsync("b", TimeSpan.FromMilliseconds(300));
        await ScheduleAsync("a", TimeSpan.FromMilliseconds(400));
        await _stock.Service.CommitAsync(work => work.CancelTimer<Overdue>("b"));
        await _stock.UntilSeenAsync(1);
        Assert.Equal(["a"], await KeysAsync());
        Assert.Equal(0, (await _stock.Service.Store.ReadStatisticsAsync(default)).Timers);
    }

    [Fact]
    public async Task Parks_a_failing_timer_and_handles_the_others()
    {
        _stock.Script.OnTimer = (overdue, _) => ConsumingRules.Fail(overdue.Order == "k3");
        await _stock.StartAsync();
        await _stock.Service.CommitAsync(work =>
        {
            for (var i = 0; i < 8; i++) work.Schedule("k" + i, new Overdue("k" + i), DateTimeOffset.UnixEpoch);
        });
        await _stock.UntilSeenAsync(7);
        var parked = Assert.Single(await _stock.UntilParkedAsync(1));
        Assert.Equal(("timers", "k3", 3), (parked.Event.Stream, parked.Event.Key, parked.Attempts));

        _stock.Script.OnTimer = (_, _) => { };
        await ReplayAsync(new ParkedFilter("timers"));
        Assert.Equal(8, (await _stock.UntilSeenAsync(8)).Count);
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Timers_that_ask_what_is_away_hold_up_no_other_and_fire_when_that_is_back()
    {
        var isAway = true;
        _stock.Script.OnTimer = (overdue, _) =>
        {
            if (overdue.Order.StartsWith('a') && Volatile.Read(ref isAway)) throw new TimeoutException("Nobody there.");
        };
        _stock.Settings["Messaging:Timers:BatchSize"] = "4";
        await _stock.StartAsync();
        await _stock.Service.CommitAsync(work =>
        {
            // More than a batch of them, and one in the middle that cannot be handled.
            for (var i = 0; i < 6; i++) work.Schedule("a" + i, new Overdue("a" + i), DateTimeOffset.UnixEpoch);
            work.Schedule("k", new Overdue("k"), DateTimeOffset.UnixEpoch.AddSeconds(1));
        });
        await _stock.UntilSeenAsync(1);
        Assert.Equal(["k"], await KeysAsync());
        Volatile.Write(ref isAway, false);
        await _stock.UntilSeenAsync(7);
        Assert.Equal(["a0", "a1", "a2", "a3", "a4", "a5", "k"], (await KeysAsync()).Order());
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Replays_a_key_in_order_and_then_lets_new_events_through()
    {
        _stock.Script.OnOrder = (placed, _) => ConsumingRules.Fail(placed.Number == 1);
        await _stock.StartAsync();
        _stock.Deliver([.. Enumerable.Range(1, 5).Select(number => new OrderPlaced("a", number))]);
        await _stock.UntilParkedAsync(5);

        _stock.Script.OnOrder = (_, _) => { };
        await ReplayAsync(new ParkedFilter(Key: "a"));
        _stock.Deliver(new OrderPlaced("a", 6));
        Assert.Equal([1, 2, 3, 4, 5, 6], await _stock.UntilSeenAsync(6));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task A_key_whose_replay_asks_what_is_away_holds_up_no_other_and_comes_when_that_is_back()
    {
        _stock.Script.OnOrder = (placed, _) => ConsumingRules.Fail(placed.Number is 1 or 2);
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("b", 2));
        await _stock.UntilParkedAsync(2);

        var isAway = true;
        _stock.Script.OnOrder = (placed, _) =>
        {
            if (placed.Number == 1 && Volatile.Read(ref isAway)) throw new TimeoutException("Nobody answers.");
        };
        await ReplayAsync(new ParkedFilter("orders", "a"));
        await ReplayAsync(new ParkedFilter("orders", "b"));
        Assert.Equal([2], await _stock.UntilSeenAsync(1));
        Volatile.Write(ref isAway, false);
        Assert.Equal([2, 1], await _stock.UntilSeenAsync(2));
    }

    [Fact]
    public async Task A_key_behind_very_many_whose_replay_asks_what_is_away_has_its_turn()
    {
        const int keys = 101;
        _stock.Script.OnOrder = (_, _) => ConsumingRules.Fail(true);
        await _stock.StartAsync();
        _stock.Deliver([.. Enumerable.Range(0, keys).Select(number => new OrderPlaced($"k{number:000}", number))]);
        await Eventually.HoldsAsync("all are parked", async () =>
            (await _stock.Service.Store.ReadStatisticsAsync(default)).ParkedMessages == keys);

        _stock.Script.OnOrder = (placed, _) =>
        {
            if (placed.Number < keys - 1) throw new TimeoutException("Nobody answers.");
        };
        await ReplayAsync(new ParkedFilter("orders"));
        Assert.Equal([keys - 1], await _stock.UntilSeenAsync(1));
    }

    [Fact]
    public async Task A_replay_asked_for_while_the_one_before_is_failing_runs_too()
    {
        _stock.Script.OnOrder = (_, _) => ConsumingRules.Fail(true);
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1));
        await _stock.UntilParkedAsync(1);

        // The failed replay has let go of the key, and has not ended yet: who waited for the key is next.
        _stock.Counted.OnEndReplay = async () =>
        {
            _stock.Counted.OnEndReplay = () => Task.CompletedTask;
            _stock.Script.OnOrder = (_, _) => { };
            await ReplayAsync(new ParkedFilter("orders", "a"));
        };
        await ReplayAsync(new ParkedFilter("orders", "a"));
        Assert.Equal([1], await _stock.UntilSeenAsync(1));
    }

    [Fact]
    public async Task Stops_a_replay_at_the_first_message_that_fails_again()
    {
        _stock.Script.OnOrder = (placed, _) => ConsumingRules.Fail(placed.Number is 1 or 3);
        await _stock.StartAsync();
        _stock.Deliver([.. Enumerable.Range(1, 5).Select(number => new OrderPlaced("a", number))]);
        await _stock.UntilParkedAsync(5);

        _stock.Script.OnOrder = (placed, _) =>
        {
            if (placed.Number == 3) throw new InvalidOperationException("Another fault.");
        };
        await ReplayAsync(new ParkedFilter("orders", "a"));
        await Eventually.HoldsAsync("the replay has ended", async () =>
            (await _stock.ParkedAsync()) is [{ Reason: "InvalidOperationException: Another fault." }, ..]
            && (await _stock.Service.Store.ListReplaysAsync(null, 10, default)).Count == 0);
        Assert.Equal([1, 2], await _stock.SeenAsync());
        Assert.Equal(3, (await _stock.ParkedAsync()).Count);
        Assert.Equal(1, (await _stock.ParkedAsync())[0].Attempts);

        _stock.Script.OnOrder = (_, _) => { };
        await ReplayAsync(new ParkedFilter("orders", "a"));
        Assert.Equal([1, 2, 3, 4, 5], await _stock.UntilSeenAsync(5));
    }

    [Fact]
    public async Task A_replay_by_a_build_that_still_does_not_list_the_type_ends_and_leaves_it_parked()
    {
        _stock.Settings["Messaging:Unknown"] = "park";
        await _stock.StartAsync();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 1)) with { Type = "orders.order-noted.v1" });
        _stock.Deliver(new OrderPlaced("a", 2), new OrderPlaced("b", 3));
        var before = await _stock.UntilParkedAsync(2);
        Assert.Equal([3], await _stock.UntilSeenAsync(1));

        await ReplayAsync(new ParkedFilter("orders", "a"));
        await Eventually.HoldsAsync("the replay has ended", async () =>
            (await _stock.ParkedAsync()) is [{ Attempts: 2 }, _]
            && (await _stock.Service.Store.ListReplaysAsync(null, 10, default)).Count == 0);
        Assert.Equal(before.Select(parked => parked.Reason), (await _stock.ParkedAsync()).Select(now => now.Reason));
        Assert.Equal([3], await _stock.SeenAsync());
    }

    [Fact]
    public async Task Discards_one_message_and_records_who_did()
    {
        _stock.Script.OnOrder = (placed, _) => ConsumingRules.Fail(placed.Number == 1);
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("a", 2));
        var parked = await _stock.UntilParkedAsync(2);
        var operating = _stock.Service.Get<ParkedMessages>();
        Assert.Equal(1, await operating.DiscardAsync(new ParkedFilter(EventId: parked[0].Event.Id), "olga", default));
        await ReplayAsync(new ParkedFilter("orders", "a"));
        Assert.Equal([2], await _stock.UntilSeenAsync(1));
        Assert.NotEmpty(await _stock.Service.QueryAsync("select * from msg_audit", row => 1));
    }

    [Fact]
    public async Task Trims_the_inbox_in_small_steps()
    {
        _stock.Settings["Messaging:Inbox:TrimInterval"] = "00:00:00.050";
        _stock.Settings["Messaging:Inbox:TrimStep"] = "3";
        await _stock.StartAsync();
        _stock.Deliver([.. Enumerable.Range(0, 10).Select(number => new OrderPlaced("a", number))]);
        await _stock.UntilSeenAsync(10);
        Assert.Equal(10, await InboxAsync());
        await _stock.Service.CommitAsync(work => work.Enqueue("update msg_inbox set handled_at = 0"));
        await Eventually.HoldsAsync("the old ones are gone", async () => await InboxAsync() == 0);
    }

    private async Task<long> InboxAsync() =>
        (await _stock.Service.QueryAsync("select count(*) from msg_inbox", row => row.GetInt64(0)))[0];

    private Task<List<string>> KeysAsync() =>
        _stock.Service.QueryAsync("select key from seen order by rowid", row => row.GetString(0));

    private Task ScheduleAsync(string key, TimeSpan after) => _stock.Service.CommitAsync(work =>
        work.Schedule(key, new Overdue(key), TimeProvider.System.GetUtcNow() + after));

    private async Task ReplayAsync(ParkedFilter filter) =>
        Assert.NotEqual(0, await _stock.Service.Get<ParkedMessages>().ReplayAsync(filter, "olga", default));
}
