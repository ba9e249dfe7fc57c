using System.Collections.Concurrent;
using System.Security.Claims;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>Who follows which order in this process.</summary>
internal sealed class Followers(IOptions<OrderOptions> options, EndedTokens ended)
{
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<Follower, bool>> _byOrder = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, int> _byCaller = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyCollection<Guid> Orders => (IReadOnlyCollection<Guid>)_byOrder.Keys;

    public IEnumerable<Follower> All => _byOrder.Values.SelectMany(of => of.Keys);

    /// <summary>Nobody when there are as many as there may be.</summary>
    public FollowOutcome TryAdd(Guid order, Guid caller, ClaimsPrincipal token, DateTimeOffset expires)
    {
        lock (_gate)
        {
            var own = _byCaller.GetValueOrDefault(caller);
            if (own >= options.Value.FollowersPerCallerMax) return new FollowOutcome.TooManyOfCaller();
            if (_count >= options.Value.FollowersMax) return new FollowOutcome.TooMany();
            _count++;
            _byCaller[caller] = own + 1;
            var follower = new Follower(this, order, caller, token, expires);
            _byOrder.GetOrAdd(order, _ => new(concurrencyLevel: 1, capacity: 1)).TryAdd(follower, true);
            return new FollowOutcome.Added(follower);
        }
    }

    /// <summary>Whether the follower's token has ended: by its time, or before with its sign-in or its account.
    /// </summary>
    public bool HasEnded(Follower follower, DateTimeOffset now) =>
        now >= follower.Expires || ended.FaultOf(follower.Token) is not null;

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
            if (--_byCaller[follower.Caller] == 0) _byCaller.Remove(follower.Caller);
            if (others.IsEmpty) _byOrder.TryRemove(follower.Order, out _);
        }
    }
}

internal abstract record FollowOutcome
{
    public sealed record Added(Follower Follower) : FollowOutcome;

    public sealed record TooManyOfCaller : FollowOutcome;

    public sealed record TooMany : FollowOutcome;
}

/// <summary>One request that is told of an order. It sleeps until something is to be written.</summary>
internal sealed class Follower(
    Followers all, Guid order, Guid caller, ClaimsPrincipal token, DateTimeOffset expires) : IDisposable
{
    private readonly Channel<bool> _awake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public Guid Order => order;

    public Guid Caller => caller;

    public ClaimsPrincipal Token => token;

    /// <summary>When the token ends at the latest.</summary>
    public DateTimeOffset Expires => expires;

    /// <summary>When something was last written, by the clock's timestamps.</summary>
    public long WrittenAt { get; set; }

    public void Wake() => _awake.Writer.TryWrite(true);

    public async Task SleepAsync(CancellationToken stop) => await _awake.Reader.ReadAsync(stop);

    public void Dispose() => all.Remove(this);
}
