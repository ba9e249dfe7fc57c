using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Tessera.Ops.Pages.Overview;

/// <summary>The windows that are told of changes. Each costs the services questions, so there is an end, and what one
/// window has asked the others of the same page take over.</summary>
internal sealed class Watchers(IOptions<OpsOptions> options, TimeProvider clock)
{
    private const int KeptMax = 500;

    private readonly ConcurrentDictionary<string, (long At, string Mark)> _seen = new(StringComparer.Ordinal);
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= options.Value.WatchersMax) return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        // Who looks next asks anew.
        if (Interlocked.Decrement(ref _count) == 0) _seen.Clear();
    }

    /// <summary>What was seen of it by any window just now, or else what <paramref name="look"/> sees.</summary>
    public async Task<string> LookAsync(string of, Func<CancellationToken, Task<string>> look, CancellationToken stop)
    {
        // No older than half of the time between two looks: a change waits for one and a half of them at most, so
        // that with the default a second window too is told within a second.
        if (_seen.TryGetValue(of, out var last) && clock.GetElapsedTime(last.At) < options.Value.LookEvery * 0.5)
            return last.Mark;
        var mark = await look(stop);
        if (_seen.Count >= KeptMax) _seen.Clear();
        _seen[of] = (clock.GetTimestamp(), mark);
        return mark;
    }
}
