using Microsoft.Extensions.Options;

namespace Tessera.Ops.Pages.Overview;

/// <summary>How many windows are told of changes. Each costs the services questions, so there is an end.</summary>
internal sealed class Watchers(IOptions<OpsOptions> options)
{
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= options.Value.WatchersMax) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
