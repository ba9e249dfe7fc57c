using Tessera.Releasing.Contracts;

namespace Tessera.Releasing.Comparing;

/// <summary>Whether what a service offers now can stand beside every release that is retained.</summary>
public static class Gate
{
    /// <param name="releases">The oldest first.</param>
    /// <param name="namedByReaders">The event types that some service still reads.</param>
    public static IReadOnlyList<Breach> Breaches(
        ServiceContract now, IReadOnlyList<ServiceContract> releases, IReadOnlyCollection<string> namedByReaders)
    {
        var breaches = new List<Breach>();
        foreach (var release in releases)
        {
            var found = CompareEvents.Breaches(
                release.Events, now.Events, type => WasGivenUp(type, now, releases, namedByReaders));
            if (release.Http is not null)
            {
                // Without a document there are no operations any more.
                found = found.Concat(CompareOperations.Breaches(
                    release.Http, now.Http ?? [], operation => WasDeprecated(operation, releases)));
            }
            breaches.AddRange(found.Select(breach => breach with { Since = $"{release.Service} {release.Version}" }));
        }
        breaches.AddRange(Reused(now, releases));
        // One sentence for one change, however many releases it breaks: the newest of them is named.
        return [.. breaches.GroupBy(breach => (breach.Rule, breach.Where)).Select(same => same.Last())];
    }

    /// <summary>A version of an event may go when its successor was published beside it for a release at least, and
    /// nobody reads it any more.</summary>
    private static bool WasGivenUp(
        string type, ServiceContract now, IReadOnlyList<ServiceContract> releases,
        IReadOnlyCollection<string> namedByReaders) =>
        Successor(type) is { } next
        && now.Events.ContainsKey(next)
        && releases.Any(release => release.Events.ContainsKey(type) && release.Events.ContainsKey(next))
        && !namedByReaders.Contains(type);

    /// <summary>The newest release that had it said that it would go.</summary>
    private static bool WasDeprecated(string operation, IReadOnlyList<ServiceContract> releases) =>
        releases.Where(release => release.Http is not null)
            .Select(release => CompareOperations.Operations(release.Http!).GetValueOrDefault(operation))
            .LastOrDefault(told => told is not null)?.Told["deprecated"]?.GetValue<bool>() == true;

    /// <summary>A type that was given up never comes back: stored events of it mean what they meant.</summary>
    private static IEnumerable<Breach> Reused(ServiceContract now, IReadOnlyList<ServiceContract> releases) =>
        from type in now.Events.Keys
        let first = releases.Select((release, at) => (release, at))
            .FirstOrDefault(each => each.release.Events.ContainsKey(type))
        where first.release is not null
        let gap = releases.Skip(first.at).FirstOrDefault(release => !release.Events.ContainsKey(type))
        where gap is not null
        select new Breach("event-type-reused", type,
            "was given up, and events of it are stored that mean what it meant then; take a new version of the type.")
        {
            Since = $"{now.Service} {gap.Version}",
        };

    /// <summary>The next version's type: <c>orders.order-placed.v2</c> after <c>.v1</c>.</summary>
    private static string? Successor(string type) =>
        type.LastIndexOf(".v", StringComparison.Ordinal) is > 0 and var at
        && int.TryParse(type[(at + 2)..], out var version)
            ? $"{type[..at]}.v{version + 1}"
            : null;
}
