using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Leasing;

/// <summary>Which leases a keeper takes part in. See <see cref="LeaseRequest"/>.</summary>
/// <param name="Group">What is shared out.</param>
/// <param name="Member">This process, unique for its lifetime.</param>
/// <param name="Slots">Number of leases in the group.</param>
/// <param name="Duration">How long a lease holds; it is renewed three times in that time.</param>
public sealed record LeaseGroup(string Group, string Member, int Slots, TimeSpan Duration);

/// <summary>
/// Keeps this process's share of a group's leases: renews them, gives back what is too much, takes what is free.
/// Says at any instant, by this process's own monotonic clock, which of them certainly still hold.
/// </summary>
public sealed partial class LeaseKeeper
{
    private readonly IMessageStore _store;
    private readonly LeaseGroup _group;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Checkpoints? _checkpoints;
    private volatile Grant _grant = new([], 0, 1);

    /// <summary>Uses any store's leases; transports may.</summary>
    public LeaseKeeper(IMessageStore store, LeaseGroup group, TimeProvider clock, ILogger logger)
        : this(store, group, clock, logger, null)
    {
    }

    internal LeaseKeeper(
        IMessageStore store, LeaseGroup group, TimeProvider clock, ILogger logger, Checkpoints? checkpoints)
    {
        _store = store;
        _group = group;
        _clock = clock;
        _logger = logger;
        _checkpoints = checkpoints;
    }

    /// <summary>Asked before each renewal: slots that cannot be given back now. Null: none.</summary>
    public Func<IReadOnlyCollection<int>>? Busy { get; init; }

    /// <summary>Called when leases were gained or lost, from the renewing loop. Must not block or throw.</summary>
    public Action? Changed { get; init; }

    /// <summary>Called with null after each renewal, and with the failure when one failed.
    /// Must not block or throw.</summary>
    public Action<Exception?>? Renewed { get; init; }

    /// <summary>Live members of the group at the last renewal, this one included.</summary>
    public int Members => _grant.Members;

    /// <summary>What certainly still holds; empty once the last renewal is too long ago.</summary>
    public IReadOnlyList<Lease> Held => IsCurrent(_grant) ? _grant.Leases : [];

    /// <summary>Whether this slot certainly still holds.</summary>
    public bool Holds(int slot)
    {
        var grant = _grant;
        if (!IsCurrent(grant)) return false;
        foreach (var lease in grant.Leases)
        {
            if (lease.Slot == slot) return true;
        }
        return false;
    }

    /// <summary>Renews until stopped, then gives everything back. A failed renewal is tried again; the leases then
    /// run out by themselves.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var interval = _group.Duration / 3;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await RenewAsync(stop).ConfigureAwait(false);
                await Task.Delay(interval, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        try
        {
            _checkpoints?.Pass(Checkpoint.LeaseBeforeRenewal);
            // Measured from before the request is sent: the database starts to count later, so we stop first.
            var asked = _clock.GetTimestamp();
            var request = new LeaseRequest(
                _group.Group, _group.Member, _group.Slots, _group.Duration, Busy?.Invoke() ?? []);
            var answer = await _store.ExchangeLeasesAsync(request, stop).ConfigureAwait(false);
            var before = Held;
            _grant = new Grant(answer.Leases, asked, answer.Members);
            _checkpoints?.Pass(Checkpoint.LeaseRenewed);
            Renewed?.Invoke(null);
            if (!before.SequenceEqual(answer.Leases))
            {
                Log.LeasesChanged(_logger, _group.Group,
                    string.Join(", ", answer.Leases.Select(lease => lease.Slot)), answer.Members);
                Changed?.Invoke();
            }
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            Log.RenewalFailed(_logger, failure, _group.Group);
            Renewed?.Invoke(failure);
        }
        catch (OperationCanceledException)
        {
            // Stopping: RunAsync leaves the group.
        }
    }

    private async Task LeaveAsync()
    {
        _grant = new Grant([], 0, 1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
        try
        {
            var request = new LeaseRequest(_group.Group, _group.Member, _group.Slots, _group.Duration, [], Leave: true);
            await _store.ExchangeLeasesAsync(request, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The leases run out by themselves; the others wait that long.
            Log.RenewalFailed(_logger, failure, _group.Group);
        }
    }

    private bool IsCurrent(Grant grant) =>
        grant.Leases.Count > 0 && _clock.GetElapsedTime(grant.Asked) < _group.Duration;

    private sealed record Grant(IReadOnlyList<Lease> Leases, long Asked, int Members);

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Debug, "Leases of {Group}: [{Slots}], {Members} members")]
        public static partial void LeasesChanged(ILogger logger, string group, string slots, int members);

        [LoggerMessage(1102, LogLevel.Warning, "The leases of {Group} could not be renewed; trying again")]
        public static partial void RenewalFailed(ILogger logger, Exception failure, string group);
    }
}
