using System.Text;

namespace Tessera.TextDefaults;

/// <summary>The canonical forms of a text (Unicode Standard Annex 15), by tables of our own:
/// <see cref="string.Normalize()"/> does nothing where the machine has no ICU, and follows the version of ICU where it
/// has one, while a store that moves to another machine has to know its people there.</summary>
public static class ComposedText
{
    // Below these, every character is its own form.
    private const char FirstComposed = '\u0300';
    private const char FirstDecomposed = '\u00C0';

    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11_172;
    private const int LeadFirst = 0x1100;
    private const int LeadCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TailFirst = 0x11A7; // One before the first: a syllable without a tail.
    private const int TailCount = 28;

    /// <summary>Form C: <c>e</c> and an accent are <c>é</c>. Half of a surrogate pair stays as it is.</summary>
    public static string Compose(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstComposed - 1)) < 0
            ? text
            : Same(text, Composed(Decomposed(text)));

    /// <summary>Form D: <c>é</c> is <c>e</c> and an accent.</summary>
    public static string Decompose(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstDecomposed - 1)) < 0
            ? text
            : Same(text, Decomposed(text));

    private static List<int> Decomposed(string text)
    {
        var points = new List<int>(text.Length + 8);
        for (var at = 0; at < text.Length; at++)
        {
            var isPair = char.IsSurrogatePair(text, at);
            AddDecomposed(points, isPair ? char.ConvertToUtf32(text, at) : text[at]);
            if (isPair) at++;
        }
        Order(points);
        return points;
    }

    private static void AddDecomposed(List<int> points, int point)
    {
        if (point is >= HangulFirst and < HangulFirst + HangulCount)
        {
            var syllable = point - HangulFirst;
            points.Add(LeadFirst + syllable / (VowelCount * TailCount));
            points.Add(VowelFirst + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount > 0) points.Add(TailFirst + syllable % TailCount);
        }
        else if (CanonicalTable.Decompositions.TryGetValue(point, out var parts))
        {
            AddDecomposed(points, parts.First);
            if (parts.Second != 0) points.Add(parts.Second); // Never decomposes further.
        }
        else
        {
            points.Add(point);
        }
    }

    /// <summary>Marks between two base characters go by their class, those of one class stay in order.</summary>
    private static void Order(List<int> points)
    {
        for (var from = 0; from < points.Count; from++)
        {
            if (CanonicalTable.ClassOf(points[from]) == 0) continue;
            var to = from + 1;
            while (to < points.Count && CanonicalTable.ClassOf(points[to]) != 0) to++;
            if (to - from > 1)
            {
                // OrderBy is stable, and not quadratic in what a stranger sends.
                var ordered = points.GetRange(from, to - from).OrderBy(CanonicalTable.ClassOf).ToList();
                for (var at = from; at < to; at++) points[at] = ordered[at - from];
            }
            from = to;
        }
    }

    private static List<int> Composed(List<int> points)
    {
        const int none = -1;
        var composed = new List<int>(points.Count);
        var (starter, classBefore) = (none, none);
        foreach (var point in points)
        {
            var ownClass = CanonicalTable.ClassOf(point);
            if (starter != none && classBefore < ownClass && Pair(composed[starter], point) is { } pair)
            {
                composed[starter] = pair;
                continue;
            }
            (starter, classBefore) = ownClass == 0 ? (composed.Count, none) : (starter, ownClass);
            composed.Add(point);
        }
        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + LeadCount && second is >= VowelFirst and < VowelFirst + VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TailCount;
        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TailCount == 0
            && second is > TailFirst and < TailFirst + TailCount)
        {
            return first + second - TailFirst;
        }
        return CanonicalTable.Compositions.TryGetValue((first, second), out var pair) ? pair : null;
    }

    private static string Same(string text, List<int> points)
    {
        var form = new StringBuilder(points.Count + 8);
        foreach (var point in points)
        {
            if (point > char.MaxValue) form.Append(char.ConvertFromUtf32(point));
            else form.Append((char)point);
        }
        return form.Equals(text) ? text : form.ToString();
    }
}
