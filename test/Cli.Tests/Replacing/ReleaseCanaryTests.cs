using Tessera.Cli.Up;
using Tessera.Testing;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>What ends a canary before its time, and that it goes back then whatever else goes wrong.</summary>
public sealed class ReleaseCanaryTests
{
    private static readonly CanaryPlan _forADay = new(10, TimeSpan.FromDays(1), IsPromoted: true);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_back_a_canary_that_fails_requests_long_before_its_time_is_over()
    {
        var asked = 0;
        await using var store = new PretendedStore();
        store.Answered["orders-2"] = () => new Answers(10 * asked, 10 * asked++);
        var refused = await TakenBackAsync(store);
        Assert.Contains("requests with 5xx", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("orders is as it was before the canary.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_back_the_canary_also_where_a_gateway_hangs_and_says_so()
    {
        await using var store = new PretendedStore { DeafFrom = 10 };
        var refused = await TakenBackAsync(store);
        Assert.StartsWith("A gateway has not taken over that orders-2 is the canary", refused.Message,
            StringComparison.Ordinal);
        Assert.EndsWith("see: tessera status.", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<UserError> TakenBackAsync(PretendedStore store)
    {
        await store.AllAreReadyAsync();
        using var http = new HttpClient();
        var canary = new ReleaseCanary(store.Folder, http, new ReplaceProcess(store.Folder, http), new FastClock());
        var refused = await Assert.ThrowsAsync<UserError>(() => canary
            .RunAsync(store.Orders, Change.OfProgram("/the/new/one"), _forADay, Stop).WithinAsync(Eventually.Bound));
        Assert.Null(store.Folder.ReadProgramOf("orders-2"));
        Assert.Equal("ready", store.StateOf("orders-2").State);
        Assert.False(new Canaries(store.Folder).AskToEnd("orders", isPromoted: true));
        return refused;
    }

    /// <summary>A minute is three seconds.</summary>
    private sealed class FastClock : TimeProvider
    {
        private const int Times = 20;

        public override long GetTimestamp() => System.GetTimestamp() * Times;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Shortened(dueTime), Shortened(period));

        private static TimeSpan Shortened(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Times;
    }
}
