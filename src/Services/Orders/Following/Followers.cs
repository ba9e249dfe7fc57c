using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Tessera.Orders;

/// <summary>Who follows which order in this process.</summary>
internal sealed class Followers(IOptions<OrderOptions> options)
{
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<Follower, bool>> _byOrder = new();
    private readonly Lock _gate = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyCollection<Guid> Orders => (IReadOnlyCollection<Guid>)_byOrder.Keys;

    public IEnumerable<Follower> All => _byOrder.Values.SelectMany(of => of.Keys);

    /// <summary>Nothing when there are as many as there may be.</summary>
    public Follower? TryAdd(Guid order, DateTimeOffset expires)
    {
        lock (_gate)
        {
            if (_count >= options.Value.FollowersMax) return null;
            _count++;
            var follower = new Follower(this, order, expires);
            _byOrder.GetOrAdd(order, _ => new(concurrencyLevel: 1, capacity: 1)).TryAdd(follower, true);
            return follower;
        }
    }

    public void Wake(Guid order)
    {
        if (!_byOrder.TryGetValue(order, out var followers)) return;
        foreach (var (follower, _) in followers) follower.Wake();
    }

    public void Remove(Follower follower)
    {
        lock (_gate)
        {
            if (!_byOrder.TryGetValue(follower.Order, out var others) || !others.TryRemove(follower, out _)) return;
            _count--;
            if (others.IsEmpty) _byOrder.TryRemove(follower.Order, out _);
        }
    }
}

/// <summary>One request that is told of an order. It sleeps until something is to be written.</summary>
internal sealed class Follower(Followers all, Guid order, DateTimeOffset expires) : IDisposable
{
    private readonly Channel<bool> _awake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public Guid Order => order;

    /// <summary>When the token ends.</summary>
    public DateTimeOffset Expires => expires;

    /// <summary>When something was last written, by the clock's timestamps.</summary>
    public long WrittenAt { get; set; }

    public void Wake() => _awake.Writer.TryWrite(true);

    public async Task SleepAsync(CancellationToken stop) => await _awake.Reader.ReadAsync(stop);

    public void Dispose() => all.Remove(this);
}
