using StackExchange.Redis;

namespace Tessera.Messaging.Redis;

/// <summary>One partition of a subscription as this process sees it: whether it is ours, and
/// where reading stands.</summary>
internal sealed class HeldPartition(int number)
{
    /// <summary>Reads what was handed out before and not settled, from the beginning.</summary>
    public const string FromPending = "0";

    /// <summary>Reads what was never handed out.</summary>
    public const string FromNew = ">";

    private readonly Lock _sync = new();
    private readonly List<RedisValue> _settled = [];
    private CancellationTokenSource _lost = new();
    private volatile bool _due;

    public int Number => number;

    /// <summary>The lease's value at the server while it is ours; null otherwise. It differs with
    /// each change of hands.</summary>
    public string? Lease { get; private set; }

    /// <summary>When the last renewal that succeeded was begun.</summary>
    public long RenewedAt { get; private set; }

    /// <summary>Fires when the partition is ours no more.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>To be given back as soon as nothing is out.</summary>
    public bool Leaving { get; set; }

    /// <summary>There may be something to read.</summary>
    public bool Due
    {
        get => _due;
        set => _due = value;
    }

    /// <summary>The id after which to read; see <see cref="FromPending"/> and <see cref="FromNew"/>.</summary>
    public string From { get; set; } = FromPending;

    /// <summary>Whether the server has not been told yet of everything that was handled.</summary>
    public bool HasSettled
    {
        get
        {
            lock (_sync) return _settled.Count > 0;
        }
    }

    /// <summary>Notes handled ids; the next round trip tells the server.</summary>
    public void Settle(IEnumerable<RedisValue> ids)
    {
        lock (_sync) _settled.AddRange(ids);
    }

    public RedisValue[] Settled()
    {
        lock (_sync) return [.. _settled];
    }

    /// <summary>The server was told of the first ids, under this lease.</summary>
    public void ForgetSettled(string lease, int count)
    {
        lock (_sync)
        {
            if (Lease == lease) _settled.RemoveRange(0, count);
        }
    }

    public void Take(string lease, long renewedAt)
    {
        lock (_sync)
        {
            RenewedAt = renewedAt;
            if (Lease == lease) return;
            _lost = new CancellationTokenSource();
            Lease = lease;
            Leaving = false;
            From = FromPending; // What the last holder left comes first.
            _settled.Clear();
            Due = true;
        }
    }

    public void Lose()
    {
        CancellationTokenSource lost;
        lock (_sync)
        {
            if (Lease is null) return;
            Lease = null;
            lost = _lost;
        }
        lost.Cancel();
    }
}
