using System.Threading.Channels;

namespace Tessera.Messaging.Redis;

/// <summary>Wakes one waiting loop; signals while it is busy become one.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    public void Signal() => _signal.Writer.TryWrite(true);

    /// <summary>Waits for a signal, at most so long.</summary>
    public async ValueTask WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken stop)
    {
        if (_signal.Reader.TryRead(out _)) return;
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timer = clock.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), wait, atMost, Timeout.InfiniteTimeSpan);
        try
        {
            await _signal.Reader.ReadAsync(wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nothing came: time for a look without being woken.
        }
    }
}
