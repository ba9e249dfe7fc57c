namespace Tessera.Ops.Seeing;

/// <summary>How often something happened, how often it failed, and how long it took. Of a process it counts from its
/// start; of two such looks the later one less the earlier one says what happened in between.</summary>
internal sealed class Tally
{
    /// <summary>By the upper bounds of the times in seconds: how often it took no longer.</summary>
    private readonly SortedDictionary<double, double> _within = [];

    public double Count { get; private set; }

    public double Failed { get; private set; }

    public void AddCount(double count) => Count += count;

    public void AddFailed(double count) => Failed += count;

    public void AddWithin(double seconds, double count) =>
        _within[seconds] = _within.GetValueOrDefault(seconds) + count;

    /// <summary>Adds what has happened since <paramref name="before"/>. A process that began anew counts from zero.
    /// </summary>
    public void AddSince(Tally now, Tally? before)
    {
        if (before is null || now.Count < before.Count) before = new Tally();
        Count += now.Count - before.Count;
        Failed += Math.Max(0, now.Failed - before.Failed);
        foreach (var (bound, count) in now._within)
            AddWithin(bound, Math.Max(0, count - before._within.GetValueOrDefault(bound)));
    }

    /// <summary>The time that this share of them did not exceed, between the two bounds where it lies; null when
    /// nothing happened, infinity when it is beyond the last bound.</summary>
    public double? Within(double share)
    {
        var all = _within.Count == 0 ? 0 : _within.Last().Value;
        if (all <= 0) return null;
        var (wanted, below, counted) = (all * share, 0.0, 0.0);
        foreach (var (bound, count) in _within)
        {
            if (count >= wanted)
            {
                return double.IsInfinity(bound) ? bound
                    : below + (bound - below) * (count - counted <= 0 ? 1 : (wanted - counted) / (count - counted));
            }
            (below, counted) = (bound, count);
        }
        return double.PositiveInfinity;
    }
}
