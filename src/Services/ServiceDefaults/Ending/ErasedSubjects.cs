namespace Tessera.ServiceDefaults;

/// <summary>Accounts erased so lately that tokens of theirs may still be in their lifetime. In each process, kept
/// fresh by <see cref="RefreshEnded"/>.</summary>
public sealed class ErasedSubjects
{
    /// <summary>Where Users tells the others. The gateway has no route to it.</summary>
    public const string Path = "/internal/erased";

    private readonly Lock _changing = new();

    // Replaced as a whole: every request reads it, and hardly ever is there anything in it.
    private volatile HashSet<Guid> _known = [];

    public IReadOnlyCollection<Guid> Known => _known;

    public bool Contains(string? subject) =>
        _known is { Count: > 0 } known && Guid.TryParse(subject, out var id) && known.Contains(id);

    /// <summary>At once, in the process that erased the account.</summary>
    public void Add(Guid subject)
    {
        lock (_changing) _known = [.. _known, subject];
    }

    /// <summary>Takes what was fetched, unless the list changed meanwhile: it may be older than the change.</summary>
    public void Replace(IReadOnlyCollection<Guid> asOf, IEnumerable<Guid> subjects)
    {
        lock (_changing)
        {
            if (ReferenceEquals(asOf, _known)) _known = [.. subjects];
        }
    }
}
