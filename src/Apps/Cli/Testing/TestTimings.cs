using System.Globalization;

namespace Tessera.Cli.Testing;

/// <param name="Took">How long it ran.</param>
/// <param name="Processor">The processor time that it and all it started used meanwhile.</param>
internal sealed record TestTiming(string Project, TimeSpan Took, TimeSpan Processor)
{
    /// <summary>Processors that it keeps busy: 0.2 for a project that mostly waits.</summary>
    public double Share => Took > TimeSpan.Zero ? Processor / Took : 1;
}

/// <summary>What each test project needed when it was measured last, kept in <c>test/timings.csv</c>.</summary>
internal static class TestTimings
{
    private const string Header = "project,seconds,processor seconds";

    /// <summary>Of a project that was not measured yet: one processor for a minute.</summary>
    public static TestTiming Unknown(string project) =>
        new(project, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    public static IReadOnlyDictionary<string, TestTiming> Read(string file)
    {
        if (!File.Exists(file)) return new Dictionary<string, TestTiming>();
        return File.ReadLines(file).Skip(1).Select(line => line.Split(','))
            .Where(fields => fields.Length == 3)
            .Select(fields => new TestTiming(fields[0], Seconds(fields[1]), Seconds(fields[2])))
            .ToDictionary(timing => timing.Project);
    }

    /// <summary>Replaces what is known of these projects; what is known of others stays.</summary>
    public static void Update(string file, IEnumerable<TestTiming> timings)
    {
        var known = new Dictionary<string, TestTiming>(Read(file));
        foreach (var timing in timings) known[timing.Project] = timing;
        File.WriteAllLines(
            file,
            known.Values.OrderBy(timing => timing.Project, StringComparer.Ordinal)
                .Select(timing => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{timing.Project},{timing.Took.TotalSeconds:0},{timing.Processor.TotalSeconds:0}"))
                .Prepend(Header));
    }

    private static TimeSpan Seconds(string text) =>
        TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
}
