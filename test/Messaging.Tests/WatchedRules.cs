using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging.Telemetry;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>Who collects gauges neither waits for a database nor loads it.</summary>
public sealed class WatchedRules : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Watched<string> _watched;
    private readonly Task _running;
    private Func<CancellationToken, Task<string>> _answer = _ => Task.FromResult("some");
    private int _reads;

    public WatchedRules()
    {
        _watched = new Watched<string>(stop =>
        {
            Interlocked.Increment(ref _reads);
            return _answer(stop);
        }, Interval, _clock);
        _running = _watched.RunAsync(_stop.Token);
    }

    [Fact]
    public void Reads_nothing_while_nobody_looks()
    {
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _reads);
    }

    [Fact]
    public async Task Reads_once_an_interval_however_often_somebody_looks()
    {
        await SeesAsync("some");
        for (var look = 0; look < 1_000; look++) _watched.Look();
        Assert.Equal(1, _reads);
        await AdvanceUntilAsync("it has been read again", () => _reads == 2);
    }

    [Fact]
    public async Task Ends_reading_when_nobody_looks_any_more_and_tells_nothing_old()
    {
        await SeesAsync("some");
        await AdvanceUntilAsync("it has been read again", () => _reads == 2, look: false);
        _clock.Advance(TimeSpan.FromMinutes(2)); // One more reading may have been due.
        await Eventually.HoldsAsync("it waits for a look", () =>
        {
            var before = _reads;
            _clock.Advance(TimeSpan.FromMinutes(10));
            return _reads == before;
        });
        Assert.Null(_watched.Look());
        await SeesAsync("some");
    }

    [Fact]
    public async Task Tells_nothing_after_a_failure_and_goes_on()
    {
        await SeesAsync("some");
        _answer = _ => throw new InvalidOperationException("the database is away");
        await AdvanceUntilAsync("what was true is not told any more", () => _watched.Look() is null);
        _answer = _ => Task.FromResult("more");
        await AdvanceUntilAsync("it is told again", () => _watched.Look() == "more");
    }

    [Fact]
    public async Task Does_not_wait_for_a_question_that_is_never_answered()
    {
        await SeesAsync("some");
        _answer = _ => new TaskCompletionSource<string>().Task; // It does not heed its token either.
        await AdvanceUntilAsync("what was true is not told any more", () => _watched.Look() is null);
        _answer = _ => Task.FromResult("more");
        await AdvanceUntilAsync("it is told again", () => _watched.Look() == "more");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private Task SeesAsync(string value) =>
        Eventually.HoldsAsync($"{value} is told", () => _watched.Look() == value);

    /// <summary>Time goes on by a little more than an interval at a time: a loop may just be about to wait.</summary>
    private Task AdvanceUntilAsync(string what, Func<bool> holds, bool look = true) =>
        Eventually.HoldsAsync(what, () =>
        {
            if (look) _watched.Look();
            if (holds()) return true;
            _clock.Advance(Interval + TimeSpan.FromMilliseconds(100));
            return holds();
        });
}
