using System.Globalization;
using System.Text.Json;

namespace Tessera.Releasing.Benches;

/// <summary>
/// Compares a benchmark's result with an earlier one. Machines differ and drift, so what counts is the ratio of ours
/// to the bare contender of the same run (<c>rabbitmq</c> to <c>rabbitmq-floor</c>), each by the median of its
/// repetitions.
/// </summary>
public static class CompareBenches
{
    private const string Bare = "-floor";

    /// <summary>What was asked for, and what one outlier decides.</summary>
    private static readonly string[] _uncounted = ["repetition", "orders", "open_rate", "max_ms"];

    /// <param name="worseMax">How much worse a ratio may be: 0.25 is a quarter.</param>
    /// <exception cref="ReleaseException">A file is no result, or there is nothing to compare.</exception>
    public static IReadOnlyList<BenchRatio> Compare(string before, string after, double worseMax)
    {
        var (then, now) = (Ratios("the earlier result", before), Ratios("the new result", after));
        var both = now.Keys.Where(then.ContainsKey).ToList();
        if (both.Count == 0) throw new ReleaseException("The two results have no contender and figure in common.");
        return [.. both.Select(key => new BenchRatio(
            key.Contender, key.Figure, then[key], now[key], IsWorse(key.Figure, then[key], now[key], worseMax)))];
    }

    private static bool IsWorse(string figure, double then, double now, double worseMax) =>
        figure.EndsWith("_per_s", StringComparison.Ordinal)
            ? now < then / (1 + worseMax)
            : now > then * (1 + worseMax);

    private static Dictionary<(string Contender, string Figure), double> Ratios(string what, string text)
    {
        var lines = Read(what, text);
        var ratios = new Dictionary<(string, string), double>();
        foreach (var ours in lines.Keys.Where(name => lines.ContainsKey(name + Bare)))
        {
            foreach (var figure in lines[ours].Keys.Intersect(lines[ours + Bare].Keys))
            {
                if (Median(lines[ours + Bare][figure]) is var bare and > 0)
                    ratios[(ours, figure)] = Median(lines[ours][figure]) / bare;
            }
        }
        return ratios.Count > 0
            ? ratios
            : throw new ReleaseException($"{what} has no contender with a bare one beside it (run it with --floor).");
    }

    /// <returns>The figures of all repetitions, by contender and name.</returns>
    private static Dictionary<string, Dictionary<string, List<double>>> Read(string what, string text)
    {
        var all = new Dictionary<string, Dictionary<string, List<double>>>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            number++;
            if (line.Length == 0) continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                var contender = json.RootElement.GetProperty("contender").GetString()!;
                if (!all.TryGetValue(contender, out var figures)) figures = all[contender] = [];
                foreach (var member in json.RootElement.EnumerateObject())
                {
                    if (member.Value.ValueKind != JsonValueKind.Number || _uncounted.Contains(member.Name)) continue;
                    if (!figures.TryGetValue(member.Name, out var values)) values = figures[member.Name] = [];
                    values.Add(member.Value.GetDouble());
                }
            }
            catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new ReleaseException(
                    $"Line {number} of {what} is no line of a benchmark: {wrong.Message.ReplaceLineEndings(" ")}");
            }
        }
        return all;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <param name="Then">Ours by the bare one, in the earlier result.</param>
public sealed record BenchRatio(string Contender, string Figure, double Then, double Now, bool IsWorse)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsWorse ? "worse" : "fine"),-5}  {Contender} {Figure}: {Then:0.00} of the bare one, now {Now:0.00}");
}
