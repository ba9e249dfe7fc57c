using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>
/// Which partitions of one subscription this process reads now. A lease counts only as long as this process knows it to
/// be valid by its own clock; the position is written only while the token is still the
/// lease's (<see cref="SettleAsync"/>).
/// </summary>
internal sealed class LogMembership(EmbeddedLog log, Subscription subscription)
    : IDisposable
{
    private const string MovePosition =
        """
        UPDATE log_positions SET next = $4
        WHERE stream = $1 AND subscriber = $2 AND partition = $3 AND next <= $4
          AND EXISTS (SELECT 1 FROM msg_leases WHERE grp = $5 AND slot = $3 AND owner = $6 AND token = $7)
        """;

    private readonly string _group = subscription.Stream + "/" + subscription.Subscriber;
    private readonly string _member = $"{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..12]}";
    private readonly TimeSpan _duration = log.Options.LeaseDuration;
    private readonly TimeProvider _clock = log.Clock;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<int, Position> _held = [];
    // The partitions in a delivery, and the lease under which each was handed over.
    private Dictionary<int, long> _busy = [];
    private HashSet<int> _surplus = [];
    private CancellationTokenSource? _delivery;
    private long _renewedAt;
    private int _members = 1;
    private int _heldCount;
    private int _surplusCount;
    private bool _left;

    public string Group => _group;

    /// <summary>Live processes of the group when it was last asked.</summary>
    public int Members => Volatile.Read(ref _members);

    public bool HoldsAll => Volatile.Read(ref _heldCount) == subscription.Partitions;

    /// <summary>A partition is to be given back as soon as no delivery runs.</summary>
    public bool ShouldGiveBack => Volatile.Read(ref _surplusCount) > 0;

    /// <summary>One turn of the lease protocol. Partitions in a delivery are kept until it ends.</summary>
    public Task ExchangeAsync(CancellationToken stop) => RenewAsync(log, [this], stop);

    /// <summary>One turn of the lease protocol for each, in one transaction.</summary>
    public static async Task RenewAsync(
        EmbeddedLog log, IReadOnlyList<LogMembership> memberships, CancellationToken stop)
    {
        var entered = new List<LogMembership>();
        try
        {
            foreach (var membership in memberships)
            {
                await membership._gate.WaitAsync(stop).ConfigureAwait(false);
                entered.Add(membership);
            }
            var asked = log.Clock.GetTimestamp();
            var present = entered.FindAll(membership => !membership._left);
            if (present.Count == 0) return;
            var requests = present.ConvertAll(membership => membership.Request(leave: false));
            var answers = await log.Writer.RunAsync(
                LogWrite.Note,
                link => present.Select((membership, index) => membership.Exchange(link, requests[index])).ToList(),
                stop).ConfigureAwait(false);
            for (var index = 0; index < answers.Count; index++) present[index].Accept(answers[index], asked);
        }
        finally
        {
            foreach (var membership in entered) membership._gate.Release();
        }
    }

    /// <summary>Gives everything back, so that another process can take over at once.</summary>
    public async Task LeaveAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            _left = true;
            _held.Clear();
            var request = Request(leave: true);
            // As an append, so that the others are rung for.
            await log.Writer.RunAsync(
                LogWrite.Signal, link => LeaseTables.Exchange(link, request), stop).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The partitions to read next and their positions; they count as busy
    /// until <see cref="EndAsync"/>.</summary>
    public async Task<IReadOnlyList<Position>> BeginAsync(CancellationTokenSource delivery, CancellationToken stop)
    {
        await _gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (_clock.GetElapsedTime(_renewedAt) >= _duration) _held.Clear(); // Perhaps another's by now.
            var readable = _held.Values.Where(held => !_surplus.Contains(held.Partition))
                .OrderBy(held => held.Partition).ToList();
            _busy = readable.ToDictionary(held => held.Partition, held => held.Token);
            _delivery = delivery;
            return readable;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>No delivery runs any more. What was settled is where the next one begins; returns what of it is to be
    /// written: not the partitions that were lost meanwhile.</summary>
    public async Task<IReadOnlyList<Position>> EndAsync(IReadOnlyList<Position> settled)
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _busy = [];
            _delivery = null;
            var still = settled.Where(position =>
                _held.TryGetValue(position.Partition, out var held) && held.Token == position.Token).ToList();
            foreach (var position in still) _held[position.Partition] = position;
            return still;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Writes the positions, each only if the lease is still this process's. Need not reach the disk:
    /// what a loss of power takes back is delivered again.</summary>
    public Task SettleAsync(IReadOnlyList<Position> positions, CancellationToken stop) => log.Writer.RunAsync(
        LogWrite.Note,
        link =>
        {
            foreach (var (partition, token, next) in positions)
            {
                link.Execute(
                    MovePosition, subscription.Stream, subscription.Subscriber,
                    partition, next, _group, _member, token);
            }
            return true;
        },
        stop);

    /// <summary>The lease has run out by this process's own clock: what is being handled may be another's.</summary>
    public void RevokeIfExpired()
    {
        if (_clock.GetElapsedTime(Interlocked.Read(ref _renewedAt)) < _duration) return;
        Revoke();
    }

    public void Dispose() => _gate.Dispose();

    private LeaseRequest Request(bool leave) =>
        new(_group, _member, subscription.Partitions, _duration, _busy.Keys, leave);

    private Answer Exchange(SqliteLink link, LeaseRequest request)
    {
        var grant = LeaseTables.Exchange(link, request);
        var positions = link.Query(
            "SELECT partition, next FROM log_positions WHERE stream = $1 AND subscriber = $2",
            [subscription.Stream, subscription.Subscriber], row => (Partition: row.GetInt32(0), Next: row.GetInt64(1)));
        return new Answer(grant, positions.ToDictionary(position => position.Partition, position => position.Next));
    }

    private void Accept(Answer answer, long asked)
    {
        var (grant, positions) = answer;
        var before = new Dictionary<int, Position>(_held);
        _held.Clear();
        foreach (var lease in grant.Leases)
        {
            // A lease that never changed hands goes on where this process is, which may be ahead of what is written.
            var next = before.TryGetValue(lease.Slot, out var held) && held.Token == lease.Token
                ? held.Next
                : positions.GetValueOrDefault(lease.Slot);
            _held[lease.Slot] = new Position(lease.Slot, lease.Token, next);
        }
        // By the lease it was handed over under, not the one before: it may have been lost and won back meanwhile.
        if (_busy.Any(busy => !_held.TryGetValue(busy.Key, out var held) || held.Token != busy.Value))
        {
            Revoke();
        }
        var share = (subscription.Partitions + grant.Members - 1) / grant.Members;
        _surplus = [.. _held.Keys.OrderDescending().Take(_held.Count - share)];
        Volatile.Write(ref _surplusCount, _surplus.Count);
        Volatile.Write(ref _heldCount, _held.Count);
        Volatile.Write(ref _members, grant.Members);
        Interlocked.Exchange(ref _renewedAt, asked);
        if (_held.Count != before.Count || !_held.Keys.All(before.ContainsKey))
        {
            log.Watch.Stream(subscription.Stream).Signal();
        }
    }

    private sealed record Answer(LeaseGrant Grant, Dictionary<int, long> Positions);

    private void Revoke()
    {
        try
        {
            _delivery?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The delivery has just ended.
        }
    }

}

/// <summary>How far a partition was handled, under which lease.</summary>
internal readonly record struct Position(int Partition, long Token, long Next);
