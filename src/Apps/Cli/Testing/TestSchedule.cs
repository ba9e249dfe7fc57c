namespace Tessera.Cli.Testing;

/// <summary>
/// Runs parts of test projects side by side: what waits beside what computes. A part is started while the measured
/// shares of those that run leave it a processor; the longest goes first, because the run ends when the last does.
/// While one measures times, at most one other runs beside it, and both together leave half of the processors free.
/// </summary>
internal sealed class TestSchedule(IReadOnlyDictionary<string, TestTiming> timings, int processors)
{
    /// <summary>Each has servers and a runtime of its own, which take memory even while they wait.</summary>
    private const int AtOnceMax = 8;

    private const int AtOnceMaxWhileTimed = 2;

    /// <summary>Runs all of them; returns when the last has ended.</summary>
    public async Task RunAsync(IEnumerable<TestPart> parts, Func<TestPart, Task> run)
    {
        var waiting = parts.OrderByDescending(part => TimingOf(part).Took).ToList();
        var running = new Dictionary<Task, TestPart>();
        while (waiting.Count > 0 || running.Count > 0)
        {
            while (Next(waiting, [.. running.Values]) is { } next)
            {
                waiting.Remove(next);
                running.Add(run(next), next);
            }
            var ended = await Task.WhenAny(running.Keys);
            running.Remove(ended);
            await ended;
        }
    }

    /// <summary>The first of those that wait which the machine has room for; null when none fits yet.</summary>
    internal TestPart? Next(IReadOnlyList<TestPart> waiting, IReadOnlyList<TestPart> running) =>
        waiting.FirstOrDefault(part => running.Count == 0 || Fits([.. running, part]));

    private bool Fits(IReadOnlyList<TestPart> together)
    {
        var needed = together.Sum(part => TimingOf(part).Share);
        return together.Any(part => part.IsTimed)
            ? together.Count <= AtOnceMaxWhileTimed && needed <= processors / 2.0
            : together.Count <= AtOnceMax && needed <= processors;
    }

    private TestTiming TimingOf(TestPart part) =>
        timings.GetValueOrDefault(part.Name) ?? TestTimings.Unknown(part.Name);
}
