using System.Threading.Channels;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// Wakes one waiting loop. The loop goes on in the very thread that signals, so an idle system handles a message on the
/// thread that received it.
/// </summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
        AllowSynchronousContinuations = true,
    });

    public void Signal() => _signal.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken stop) =>
        await _signal.Reader.ReadAsync(stop).ConfigureAwait(false);
}
