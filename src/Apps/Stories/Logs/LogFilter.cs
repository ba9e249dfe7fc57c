namespace Tessera.Stories;

/// <summary>Which lines are wanted; each part narrows. Of an order: what names it, and all else that happened in the
/// same traces.</summary>
public sealed record LogFilter(string? Trace = null, Guid? Order = null, DateTimeOffset? Since = null)
{
    private const string NoTrace = "00000000000000000000000000000000";

    public bool IsEmpty => this == new LogFilter();

    /// <param name="read">Reads the lines, once or twice: an order's traces are known after the first time.</param>
    public IEnumerable<LogLine> Of(Func<IEnumerable<LogLine>> read)
    {
        var lines = read().Where(line => !(line.Time < Since));
        if (Trace is not null) lines = lines.Where(line => line.Mentions(Trace));
        if (Order is not { } order) return lines;
        var id = order.ToString("D");
        var traces = lines.Where(line => line.Mentions(id)).Select(line => line.Trace)
            .Where(trace => trace is not null and not NoTrace).ToHashSet();
        return lines.Where(line => line.Mentions(id) || (line.Trace is { } trace && traces.Contains(trace)));
    }
}
