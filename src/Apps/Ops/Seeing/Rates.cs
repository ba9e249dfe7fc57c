using Tessera.Ops.Calling;

namespace Tessera.Ops.Seeing;

/// <summary>How often, how badly and how fast over the last minute: of each service, and of each stream that one of
/// them reads. Kept in memory, a few numbers for each process and look, and gone with this process.</summary>
internal sealed class Rates(TimeProvider clock)
{
    private static readonly TimeSpan window = TimeSpan.FromMinutes(1);

    /// <summary>While nobody looks there is no need to ask.</summary>
    private static readonly TimeSpan interest = TimeSpan.FromSeconds(30);

    /// <summary>What was seen before that is not how it is now. Longer than from one look to the next may be, with the
    /// time that a process has for its answer.</summary>
    private static readonly TimeSpan fresh = OpsOptions.CollectEveryMax + TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly LinkedList<Look> _looks = [];
    private long? _wanted;

    public bool IsWanted
    {
        get
        {
            lock (_lock) return _wanted is { } at && clock.GetElapsedTime(at) < interest;
        }
    }

    /// <summary>What is known now. Asking has it looked at for the next half minute.</summary>
    public RatesNow Now()
    {
        lock (_lock)
        {
            _wanted = clock.GetTimestamp();
            return _looks.Count < 2 || clock.GetElapsedTime(_looks.Last!.Value.At) > fresh
                ? RatesNow.Unknown
                : RatesNow.Of([.. _looks], clock);
        }
    }

    public void Add(IReadOnlyDictionary<MetricsTarget, ProcessCounters> counters)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _looks.AddLast(new Look(now, counters));
            // The oldest one is that of a minute ago; one from before nobody looked says nothing of the last minute.
            while (_looks.Count > 1 && clock.GetElapsedTime(_looks.First!.Value.At, now) > window)
                _looks.RemoveFirst();
        }
    }

    internal sealed record Look(long At, IReadOnlyDictionary<MetricsTarget, ProcessCounters> Counters);
}

/// <param name="Over">Of how long they are; null when nothing is known yet, or there is nowhere to ask.</param>
public sealed record RatesNow(
    TimeSpan? Over, IReadOnlyDictionary<string, ServiceRates> Services, IReadOnlyList<FlowRates> Flows)
{
    /// <summary>Null while it is not known. A service in another language may count no requests, and then says
    /// nothing of how many there were.</summary>
    public ServiceRates? Of(string service) => Services.GetValueOrDefault(service) is { } rate
        && !(rate.Answered == 0 && ReadSystem.Foreign.Contains(service)) ? rate : null;

    public static RatesNow Unknown { get; } = new(null, new Dictionary<string, ServiceRates>(), []);

    /// <param name="looks">At least two, the oldest first.</param>
    internal static RatesNow Of(IReadOnlyList<Rates.Look> looks, TimeProvider clock)
    {
        var (answered, published) = (new Dictionary<string, Sum>(), new Dictionary<string, Sum>());
        var reads = new SortedDictionary<(string Stream, string Reader), Sum>();
        foreach (var (target, now) in looks[^1].Counters)
        {
            // A process that did not answer once is compared with when it did.
            var first = looks.First(look => look.Counters.ContainsKey(target));
            if (first == looks[^1]) continue;
            var (before, over) = (first.Counters[target], clock.GetElapsedTime(first.At, looks[^1].At));
            Of(answered, target.Service).Add(now.Answered, before.Answered, over);
            Of(published, target.Service).Add(now.Published, before.Published, over);
            foreach (var (stream, tally) in now.Reads)
                Of(reads, (stream, target.Service)).Add(tally, before.Reads.GetValueOrDefault(stream), over);
        }
        return new RatesNow(
            clock.GetElapsedTime(looks[0].At, looks[^1].At),
            answered.ToDictionary(each => each.Key, each => new ServiceRates(
                each.Value.PerSecond, each.Value.Tally.Failed, each.Value.Tally.Count, each.Value.Tally.Within(0.99),
                published[each.Key].PerSecond)),
            [
                .. reads.Select(each => new FlowRates(
                    each.Key.Stream, each.Key.Reader, each.Value.PerSecond, each.Value.Tally.Failed,
                    each.Value.Tally.Within(0.99))),
            ]);
    }

    private static Sum Of<TKey>(IDictionary<TKey, Sum> sums, TKey key)
    {
        if (!sums.TryGetValue(key, out var sum)) sums[key] = sum = new Sum();
        return sum;
    }

    private sealed class Sum
    {
        public Tally Tally { get; } = new();

        public double PerSecond { get; private set; }

        public void Add(Tally now, Tally? before, TimeSpan over)
        {
            var counted = Tally.Count;
            Tally.AddSince(now, before);
            PerSecond += (Tally.Count - counted) / over.TotalSeconds;
        }
    }
}

/// <param name="PerSecond">Requests that it answers.</param>
/// <param name="Failed">How many of them with a 5xx.</param>
/// <param name="P99Seconds">Null without a request; infinity beyond the last bound that is counted.</param>
/// <param name="PublishedPerSecond">Messages that it hands to the broker; one may hold several events.</param>
public sealed record ServiceRates(
    double PerSecond, double Failed, double Answered, double? P99Seconds, double PublishedPerSecond)
{
    /// <summary>More than a slip: at least three failures, and more than one request in a hundred.</summary>
    public bool IsBad => Failed >= 3 && Failed > Answered / 100;
}

/// <summary>A stream and one who reads it.</summary>
/// <param name="PerSecond">Events that arrive.</param>
/// <param name="Parked">How many it could not handle.</param>
/// <param name="P99Seconds">From receipt to commit.</param>
public sealed record FlowRates(string Stream, string Reader, double PerSecond, double Parked, double? P99Seconds);
