using System.Globalization;

namespace Tessera.TextDefaults;

/// <summary>What <c>Canonical.txt</c> says, read when the first text beyond plain Latin letters comes.</summary>
internal static class CanonicalTable
{
    private static readonly Dictionary<int, byte> classes = [];
    private static readonly Dictionary<int, (int First, int Second)> decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> compositions = [];

    static CanonicalTable()
    {
        using var lines = new StreamReader(
            typeof(CanonicalTable).Assembly.GetManifestResourceStream("Canonical.txt")!);
        while (lines.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) Take(line.Split(';'));
        }
    }

    /// <summary>One step each; the second is 0 where a character stands for another.</summary>
    public static IReadOnlyDictionary<int, (int First, int Second)> Decompositions => decompositions;

    public static IReadOnlyDictionary<(int First, int Second), int> Compositions => compositions;

    /// <summary>The canonical combining class: 0 for what begins anew, and for everything not listed.</summary>
    public static byte ClassOf(int point) => classes.GetValueOrDefault(point);

    private static void Take(string[] fields)
    {
        var point = Number(fields[0]);
        if (byte.Parse(fields[1], CultureInfo.InvariantCulture) is > 0 and var ownClass) classes[point] = ownClass;
        if (fields[2].Length == 0) return;
        var parts = fields[2].Split(' ');
        decompositions[point] = (Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : 0);
        if (fields[3].Length == 0) compositions[decompositions[point]] = point;
    }

    private static int Number(string hexadecimal) =>
        int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
