using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Ops.Pages.Overview;

namespace Tessera.Ops.Tests;

/// <summary>What two windows of one page share, and when either is told of a change.</summary>
public sealed class WatchersTests
{
    private static readonly TimeSpan step = TimeSpan.FromMilliseconds(10);
    private readonly FakeTimeProvider _clock = new();
    private readonly OpsOptions _options = new();

    [Fact]
    public async Task Each_of_two_windows_finds_a_change_within_a_second_however_they_lie_and_asks_are_shared()
    {
        var slowest = TimeSpan.Zero;
        for (var behind = TimeSpan.Zero; behind < _options.LookEvery; behind += step * 5)
        {
            for (var changes = TimeSpan.FromSeconds(2); changes < TimeSpan.FromSeconds(2.6); changes += step * 3)
            {
                var took = await LastToldAsync(behind, changes);
                slowest = took > slowest ? took : slowest;
            }
        }
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromMilliseconds(910)); // A look itself takes some time too.
    }

    [Fact]
    public async Task What_one_window_has_asked_just_now_another_takes_over()
    {
        var watchers = new Watchers(Options.Create(_options), _clock);
        var asked = 0;
        Task<string> LookAsync(string of) => watchers.LookAsync(
            of, _ => Task.FromResult((++asked).ToString(CultureInfo.InvariantCulture)),
            TestContext.Current.CancellationToken);
        Assert.Equal("1", await LookAsync("overview"));
        _clock.Advance(_options.LookEvery / 3);
        Assert.Equal("1", await LookAsync("overview"));
        Assert.Equal("2", await LookAsync("messaging"));
        _clock.Advance(_options.LookEvery / 3);
        Assert.Equal("3", await LookAsync("overview"));
    }

    /// <summary>How long after a change the later one of two windows looks and finds it.</summary>
    private async Task<TimeSpan> LastToldAsync(TimeSpan behind, TimeSpan changes)
    {
        var watchers = new Watchers(Options.Create(_options), _clock);
        var told = new bool[2];
        var lastTold = TimeSpan.Zero;
        for (var now = TimeSpan.Zero; !told.All(isTold => isTold); now += step, _clock.Advance(step))
        {
            var shown = now >= changes ? "new" : "old";
            for (var window = 0; window < 2; window++)
            {
                var since = now - (window == 0 ? TimeSpan.Zero : behind);
                if (told[window] || since < TimeSpan.Zero || since.Ticks % _options.LookEvery.Ticks != 0) continue;
                var mark = await watchers.LookAsync(
                    "overview", _ => Task.FromResult(shown), TestContext.Current.CancellationToken);
                if (mark != "new") continue;
                (told[window], lastTold) = (true, now);
            }
        }
        return lastTold - changes;
    }
}
