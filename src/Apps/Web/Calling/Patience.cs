using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>How long pages wait for one service that they can do without. When it hangs, only the pages of the first
/// moment wait for it; then it is left alone, and asked now and then whether it is back. One that says at once that it
/// is away costs nobody time, and is asked each time.</summary>
internal sealed class Patience(TimeSpan patience, TimeProvider clock)
{
    private static readonly TimeSpan rest = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private long? _hangsSince;

    /// <summary>Whether it was waited for in vain, and has not answered since.</summary>
    public bool Hangs
    {
        get
        {
            lock (_lock) return _hangsSince is not null;
        }
    }

    /// <param name="ask">Goes on when no page waits for it any longer: what it does then must need no request. The
    /// client's own bound ends it.</param>
    /// <param name="isNeeded">The page is nothing without: it waits as long as a request may take.</param>
    public async Task<Answer<T>> AskAsync<T>(
        Func<CancellationToken, Task<Answer<T>>> ask, bool isNeeded, CancellationToken stop)
        where T : class
    {
        if (isNeeded) return await HearAsync(ask, stop);
        var away = new Answer<T>(null, null);
        var isTrial = false;
        lock (_lock)
        {
            if (_hangsSince is { } since)
            {
                if (clock.GetElapsedTime(since) < rest) return away;
                (_hangsSince, isTrial) = (clock.GetTimestamp(), true); // Others rest on meanwhile.
            }
        }
        var asking = HearAsync(ask, CancellationToken.None);
        if (isTrial && !asking.IsCompleted) return away; // The next page has what comes of it.
        try
        {
            return await asking.WaitAsync(patience, clock, stop);
        }
        catch (TimeoutException)
        {
            lock (_lock) _hangsSince = clock.GetTimestamp();
            return away;
        }
    }

    private async Task<Answer<T>> HearAsync<T>(Func<CancellationToken, Task<Answer<T>>> ask, CancellationToken stop)
        where T : class
    {
        var began = clock.GetTimestamp();
        var answer = await ask(stop);
        lock (_lock)
        {
            if (!answer.IsAway) _hangsSince = null;
            else if (clock.GetElapsedTime(began) >= patience) _hangsSince = clock.GetTimestamp();
        }
        return answer;
    }
}
