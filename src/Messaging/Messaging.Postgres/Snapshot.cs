using System.Globalization;

namespace Tessera.Messaging.Postgres;

/// <summary><c>pg_snapshot</c>: which transactions had not ended when a statement looked.</summary>
/// <param name="Min">All below have ended.</param>
/// <param name="Max">The last that has ended, plus one. This and those above had not ended, and any number of them may
/// have begun to write.</param>
/// <param name="Running">Those between that had not ended.</param>
internal sealed record Snapshot(ulong Min, ulong Max, IReadOnlyList<ulong> Running)
{
    public bool HasEnded(ulong transaction) =>
        transaction < Min || (transaction < Max && !Running.Contains(transaction));

    /// <summary>Reads <c>min:max:running,running</c>.</summary>
    public static Snapshot Parse(string text)
    {
        var parts = text.Split(':');
        var running = parts[2].Length == 0
            ? []
            : Array.ConvertAll(parts[2].Split(','), one => ulong.Parse(one, CultureInfo.InvariantCulture));
        return new Snapshot(
            ulong.Parse(parts[0], CultureInfo.InvariantCulture),
            ulong.Parse(parts[1], CultureInfo.InvariantCulture), running);
    }
}
