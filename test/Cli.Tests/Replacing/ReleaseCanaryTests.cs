using System.Diagnostics;
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

    [Fact]
    public async Task Takes_back_a_canary_that_dies()
    {
        await using var store = new PretendedStore();
        var taken = TakenBackAsync(store);
        await HasItsShareAsync(store);
        using (var died = Process.GetProcessById(store.StateOf("orders-2").Pid!.Value)) died.Kill();
        Assert.StartsWith("orders-2 ended with code 137", (await taken).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_back_the_canary_of_whoever_breaks_off()
    {
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        using var breakOff = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = RunAsync(store, _forADay, breakOff.Token);
        await HasItsShareAsync(store);
        await breakOff.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        IsAsBefore(store);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ends_when_its_time_is_over_as_it_was_told(bool isPromoted)
    {
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        await RunAsync(store, new CanaryPlan(10, TimeSpan.FromMinutes(1), isPromoted), Stop);
        if (!isPromoted) IsAsBefore(store);
        else
        {
            foreach (var name in (string[])["orders-1", "orders-2"])
                Assert.Equal("/the/new/one", store.Folder.ReadProgramOf(name));
            Assert.False(new Canaries(store.Folder).AskToEnd("orders", isPromoted: true));
        }
    }

    private static async Task<UserError> TakenBackAsync(PretendedStore store)
    {
        await store.AllAreReadyAsync();
        var refused = await Assert.ThrowsAsync<UserError>(() => RunAsync(store, _forADay, Stop));
        IsAsBefore(store);
        return refused;
    }

    private static async Task RunAsync(PretendedStore store, CanaryPlan plan, CancellationToken stop)
    {
        using var http = new HttpClient();
        var canary = new ReleaseCanary(store.Folder, http, new ReplaceProcess(store.Folder, http), new FastClock());
        await canary.RunAsync(store.Orders, Change.OfProgram("/the/new/one"), plan, stop)
            .WithinAsync(Eventually.Bound);
    }

    private static Task HasItsShareAsync(PretendedStore store) => Eventually.HoldsAsync(
        "the canary has its users", () => store.SharesAnnounced.Contains(10));

    private static void IsAsBefore(PretendedStore store)
    {
        Assert.Null(store.Folder.ReadProgramOf("orders-2"));
        Assert.Equal("ready", store.StateOf("orders-2").State);
        Assert.False(new Canaries(store.Folder).AskToEnd("orders", isPromoted: true));
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
