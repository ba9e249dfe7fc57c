using System.Collections.Concurrent;

namespace Tessera.ServiceDefaults;

/// <summary>Sign-ins, and tokens of machines, that ended so lately that access tokens of theirs may still be in their
/// lifetime. In each process, kept fresh by <see cref="RefreshEnded"/>.</summary>
public sealed class EndedSignIns(TimeProvider clock)
{
    /// <summary>Where Users tells the others. The gateway has no route to it.</summary>
    public const string Path = "/internal/ended";

    /// <summary>The longest life that an access token can be configured to have, and some for clocks that differ.
    /// </summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(65);

    // What was committed late, or written by a clock that is behind, comes with one of the next questions.
    private static readonly TimeSpan overlap = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _known = new(StringComparer.Ordinal);
    private DateTimeOffset? _newest;

    /// <summary>From when on to ask; null for all.</summary>
    public DateTimeOffset? Since => _newest - overlap;

    public bool Contains(string? id) => id is not null && _known.ContainsKey(id);

    public IReadOnlyList<EndedSignIn> Known(DateTimeOffset? since) =>
    [
        .. _known.Where(each => since is null || each.Value >= since)
            .Select(each => new EndedSignIn(each.Key, each.Value)),
    ];

    /// <summary>One caller at a time.</summary>
    public void Add(IReadOnlyList<EndedSignIn> some)
    {
        foreach (var each in some)
        {
            _known[each.Id] = each.At;
            if (!(_newest >= each.At)) _newest = each.At;
        }
        var before = clock.GetUtcNow() - KeptFor;
        foreach (var (id, at) in _known)
        {
            if (at < before) _known.TryRemove(id, out _);
        }
    }
}

/// <param name="Id">Of the authorization that the sign-in's tokens name, or of a machine's token.</param>
public sealed record EndedSignIn(string Id, DateTimeOffset At);
