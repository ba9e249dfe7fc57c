using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>Every language of an app says the same things, with the same places to fill in.</summary>
internal static partial class LanguageRules
{
    public static IEnumerable<string> Violations(string first, string name, string second)
    {
        var (known, other) = (Read(first), Read(second));
        foreach (var key in known.Keys.Except(other.Keys)) yield return $"{name} lacks \"{key}\".";
        foreach (var key in other.Keys.Except(known.Keys)) yield return $"{name} has \"{key}\", which nobody asks for.";
        foreach (var key in known.Keys.Intersect(other.Keys))
        {
            if (string.IsNullOrWhiteSpace(other[key])) yield return $"{name}: \"{key}\" is empty.";
            if (!Places(known[key]).SequenceEqual(Places(other[key])))
                yield return $"{name}: \"{key}\" has other places to fill in.";
        }
    }

    /// <param name="ending">The beginnings of keys whose end is known only when the page is written.</param>
    public static IEnumerable<string> Strays(string texts, string source, params string[] ending)
    {
        var known = Read(texts).Keys;
        foreach (var key in Asked().Matches(source).Select(match => match.Groups[1].Value).Except(known))
            yield return $"\"{key}\" is asked for, and there is no such text.";
        foreach (var key in known)
        {
            if (!source.Contains($"\"{key}\"", StringComparison.Ordinal)
                && !ending.Any(beginning => key.StartsWith(beginning, StringComparison.Ordinal)))
            {
                yield return $"Nobody asks for \"{key}\".";
            }
        }
    }

    private static Dictionary<string, string> Read(string text) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;

    private static IEnumerable<string> Places(string text) =>
        Place().Matches(text).Select(place => place.Groups[1].Value).Distinct().Order();

    [GeneratedRegex(@"\{(\d+)[^}]*\}")]
    private static partial Regex Place();

    [GeneratedRegex(
        """(?:[Ww]ords(?:\[|\.\w+\()|Refuse\([^,()]+, |[( ]new(?: Wording)?\()"([a-z]+(?:\.[a-z.-]+)*)\x22""")]
    private static partial Regex Asked();
}
