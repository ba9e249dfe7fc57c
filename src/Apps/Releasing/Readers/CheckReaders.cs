using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;

namespace Tessera.Releasing.Readers;

/// <summary>Whether an event still is what its readers say they use of it. Schema rules know what may change; only a
/// reader knows what it would feel.</summary>
public static class CheckReaders
{
    /// <param name="events">What the publisher of the stream offers now, by type.</param>
    public static IEnumerable<Breach> Breaches(
        string stream, IReadOnlyDictionary<string, JsonObject> events, IEnumerable<ReaderStatement> statements)
    {
        foreach (var statement in statements.Where(each => each.Stream == stream))
        {
            if (!events.TryGetValue(statement.Type, out var contract))
            {
                yield return Felt(statement, "",
                    $"is read by {statement.Reader}, and nobody publishes it; publish it until {statement.Reader} "
                    + "reads another");
                continue;
            }
            foreach (var breach in OfOne(statement, contract)) yield return breach;
        }
    }

    private static IEnumerable<Breach> OfOne(ReaderStatement statement, JsonObject contract)
    {
        var reader = statement.Reader;
        if (statement.Key is { } key && contract["x-key"]?.ToString() is var now && now != key)
            yield return Felt(statement, "", $"is ordered by {now}, and {reader} counts on the order by {key}");
        var shape = Shape.Of(contract, contract);
        foreach (var (path, used) in statement.Members)
        {
            if (shape.At(path) is not { } found)
            {
                if (!used.MayLack) yield return Felt(statement, path, $"is gone, and {reader} uses it");
                continue;
            }
            var type = Word(found.Shape);
            if (type != used.Type)
                yield return Felt(statement, path, $"is {type}, and {reader} reads it as {used.Type}");
            if (!found.IsRequired && !used.MayLack)
                yield return Felt(statement, path, $"may be missing, and {reader} has no default for it");
            var known = found.Shape.Enum ?? found.Shape.Known;
            foreach (var value in used.Values.Except(known))
                yield return Felt(statement, path, $"is never '{value}', and {reader} waits for that");
            foreach (var value in used.OnlyThese ? known.Except(used.Values) : [])
                yield return Felt(statement, path, $"may be '{value}', which {reader} cannot take");
        }
    }

    private static string Word(Shape shape) =>
        $"{shape.Type} {shape.Format}".Trim() + (shape.IsNullable ? " or null" : "");

    private static Breach Felt(ReaderStatement statement, string path, string sentence) => new(
        "reader-would-feel", $"{statement.Type} {path}".Trim(),
        $"{sentence}; publish a new version beside this one, or change contracts/{statement.Reader}/reads.json with "
        + $"{statement.Reader} and release that first.");
}
