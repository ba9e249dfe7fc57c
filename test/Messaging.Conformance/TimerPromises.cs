using Tessera.Messaging.Store;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>A timer fires once, not before it is due.</summary>
public abstract class TimerPromises(StoreBackend backend) : StoreSuite(backend)
{
    [Fact]
    public async Task A_timer_comes_back_as_it_was_set_when_it_is_due_and_not_before()
    {
        var timer = Some.Timer("order-1", Now.AddSeconds(30), text: "{\"a\":1}") with { TraceParent = "00-a-b-01" };
        await CommitAsync(session => session.AddTimers([timer]));
        Assert.Equal(timer.Due, await Store.NextTimerDueAsync(Stop));
        Assert.Empty(await TakeAsync(Now));
        var taken = Assert.Single(await TakeAsync(timer.Due));
        Assert.Equal(timer with { Data = default }, taken with { Data = default });
        Assert.Equal("{\"a\":1}", System.Text.Encoding.UTF8.GetString(taken.Data.Span));
        Assert.Empty(await TakeAsync(timer.Due));
        Assert.Null(await Store.NextTimerDueAsync(Stop));
    }

    [Fact]
    public async Task Timers_are_taken_earliest_first_and_no_more_than_asked_for()
    {
        await CommitAsync(session => session.AddTimers(
            [.. new[] { 5, 1, 4, 2, 3 }.Select(second => Some.Timer("order-" + second, Now.AddSeconds(second)))]));
        Assert.Equal(["order-1", "order-2"], (await TakeAsync(Now.AddSeconds(4), 2)).Select(timer => timer.Key));
        Assert.Equal(["order-3", "order-4"], (await TakeAsync(Now.AddSeconds(4), 9)).Select(timer => timer.Key));
        Assert.Equal(Now.AddSeconds(5), await Store.NextTimerDueAsync(Stop));
    }

    [Fact]
    public async Task A_timer_of_the_same_type_and_key_replaces_the_one_that_waits()
    {
        var (first, second) = (Some.Timer("order-1", Now), Some.Timer("order-1", Now.AddSeconds(10)));
        await CommitAsync(session => session.AddTimers([first]));
        await CommitAsync(
            session => session.AddTimers([second, Some.Timer("order-1", Now.AddSeconds(20), type: "Other")]));
        Assert.Empty(await TakeAsync(Now));
        Assert.Equal(second.Id, Assert.Single(await TakeAsync(Now.AddSeconds(10))).Id);
    }

    [Fact]
    public async Task Two_timers_of_one_type_and_key_in_one_transaction_leave_the_last()
    {
        var (first, second) = (Some.Timer("order-1", Now), Some.Timer("order-1", Now.AddSeconds(1)));
        await CommitAsync(session => session.AddTimers([first, second]));
        Assert.Equal(second.Id, Assert.Single(await TakeAsync(Now.AddHours(1))).Id);
    }

    [Fact]
    public async Task A_timer_that_is_put_off_stands_behind_the_others_and_one_that_replaced_it_does_not()
    {
        var (first, replaced, next) = (
            Some.Timer("order-1", Now), Some.Timer("order-2", Now), Some.Timer("order-2", Now.AddSeconds(1)));
        await CommitAsync(session => session.AddTimers([first, replaced]));
        await CommitAsync(session => session.AddTimers([next]));
        await Store.PutOffTimersAsync([first.Id, replaced.Id, Guid.NewGuid()], Now.AddSeconds(2), Stop);
        Assert.Equal(next.Due, await Store.NextTimerDueAsync(Stop));
        Assert.Equal(next.Id, Assert.Single(await TakeAsync(next.Due)).Id);
        Assert.Equal(first with { Due = Now.AddSeconds(2), Data = default },
            Assert.Single(await TakeAsync(Now.AddSeconds(2))) with { Data = default });
    }

    [Fact]
    public async Task A_cancelled_timer_never_fires()
    {
        await CommitAsync(session => session.AddTimers([Some.Timer("order-1", Now), Some.Timer("order-2", Now)]));
        await CommitAsync(session => session.CancelTimer("PaymentOverdue", "order-1"));
        Assert.Equal("order-2", Assert.Single(await TakeAsync(Now)).Key);
    }

    [Fact]
    public async Task A_timer_whose_transaction_fails_fires_again()
    {
        var timer = Some.Timer("order-1", Now);
        await CommitAsync(session => session.AddTimers([timer]));
        await using (var session = await Store.BeginAsync(Stop))
            Assert.Single(await session.TakeTimersAsync(Now, 10, Stop));
        Assert.Equal(timer.Id, Assert.Single(await TakeAsync(Now)).Id);
    }

    [Fact]
    public async Task Given_timers_are_taken_if_they_are_still_there()
    {
        var (first, second) = (Some.Timer("order-1", Now), Some.Timer("order-2", Now.AddSeconds(1)));
        await CommitAsync(session => session.AddTimers([first, second]));
        await using var session = await Store.BeginAsync(Stop);
        Assert.Equal([first.Id],
            (await session.TakeTimersAsync([first.Id, Guid.CreateVersion7()], Stop)).Select(timer => timer.Id));
        Assert.Empty(await session.TakeTimersAsync([first.Id], Stop));
    }

    [Fact]
    public async Task Two_processes_never_take_the_same_timer()
    {
        await CommitAsync(session => session.AddTimers(
            [.. Enumerable.Range(0, 40).Select(number => Some.Timer("order-" + number, Now))]));
        var stores = new[] { Store, AnotherProcess() };
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            await using var session = await stores[number % 2].BeginAsync(Stop);
            var timers = await session.TakeTimersAsync(Now, 5, Stop);
            await session.CommitAsync(Stop);
            return timers;
        }, Stop)));
        var rest = await TakeAsync(Now);
        var keys = taken.SelectMany(timers => timers).Concat(rest).Select(timer => timer.Key).ToList();
        Assert.Equal(40, keys.Count);
        Assert.Equal(40, keys.Distinct().Count());
    }

    [Fact]
    public async Task The_statistics_tell_how_many_wait_and_when_the_first_of_them_is_or_was_due()
    {
        await CommitAsync(session => session.AddTimers(
            [Some.Timer("order-1", Now.AddSeconds(30)), Some.Timer("order-2", Now.AddSeconds(-5))]));
        var statistics = await Store.ReadStatisticsAsync(Stop);
        Assert.Equal((2, Now.AddSeconds(-5)), (statistics.Timers, statistics.TimersNext));
        await TakeAsync(Now);
        Assert.Equal(Now.AddSeconds(30), (await Store.ReadStatisticsAsync(Stop)).TimersNext);
    }

    private async Task<IReadOnlyList<TimerRow>> TakeAsync(DateTimeOffset dueBy, int limit = 100)
    {
        await using var session = await Store.BeginAsync(Stop);
        var timers = await session.TakeTimersAsync(dueBy, limit, Stop);
        await session.CommitAsync(Stop);
        return timers;
    }
}
