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

    /// <summary>What was committed late, or written by the clock of another replica of Users, comes with one of the
    /// next questions.</summary>
    private static readonly TimeSpan overlap = TimeSpan.FromMinutes(2);

    // Replaced as a whole: every request reads it, and who asks must not take a part of it for all.
    private volatile Dictionary<string, DateTimeOffset> _known = new(StringComparer.Ordinal);
    private DateTimeOffset? _newest;

    /// <summary>From when on to ask; null for all. What a clock that was ahead has written moves it to now at most, or
    /// all that ends until then would be missed.</summary>
    public DateTimeOffset? Since
    {
        get
        {
            var now = clock.GetUtcNow();
            return (_newest > now ? now : _newest) - overlap;
        }
    }

    public bool Contains(string? id) => id is not null && _known is { Count: > 0 } known && known.ContainsKey(id);

    public IReadOnlyList<EndedSignIn> Known(DateTimeOffset? since) =>
    [
        .. _known.Where(each => since is null || each.Value >= since)
            .Select(each => new EndedSignIn(each.Key, each.Value)),
    ];

    /// <summary>One caller at a time.</summary>
    public void Add(IReadOnlyList<EndedSignIn> some)
    {
        var before = clock.GetUtcNow() - KeptFor;
        if (some.All(each => _known.ContainsKey(each.Id)) && _known.Values.All(at => at >= before)) return;
        var known = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var (id, at) in _known)
        {
            if (at >= before) known[id] = at;
        }
        foreach (var each in some)
        {
            known[each.Id] = each.At;
            if (!(_newest >= each.At)) _newest = each.At;
        }
        _known = known;
    }
}

/// <param name="Id">Of the authorization that the sign-in's tokens name, or of a machine's token.</param>
public sealed record EndedSignIn(string Id, DateTimeOffset At);
