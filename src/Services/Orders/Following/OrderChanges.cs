using System.Threading.Channels;

namespace Tessera.Orders;

/// <summary>Which orders have changed in this process, until it has been told on. Bounded: what does not fit is found
/// by the followers' own look at the database.</summary>
internal sealed class OrderChanges(Followers followers)
{
    private const int WaitingMax = 10_000;
    private readonly Channel<Guid> _waiting = Channel.CreateBounded<Guid>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public ChannelReader<Guid> Waiting => _waiting.Reader;

    /// <summary>The change is committed. Quick, and never throws.</summary>
    public void Tell(Guid order)
    {
        followers.Wake(order);
        _waiting.Writer.TryWrite(order);
    }
}

/// <summary>The signal to the other replicas.</summary>
internal sealed record OrdersChanged(IReadOnlyList<Guid> Orders)
{
    public const string Channel = "orders-changed";
}
