namespace Tessera.Cli.Testing;

/// <summary>
/// Runs test projects side by side: what waits beside what computes. A project is started while the measured shares of
/// those that run leave it a processor; the longest goes first, because the run ends when the last does.
/// </summary>
internal sealed class TestSchedule(IReadOnlyDictionary<string, TestTiming> timings, int processors)
{
    /// <summary>Each has servers and a runtime of its own, which take memory even while they wait.</summary>
    private const int AtOnceMax = 8;

    /// <summary>Runs all of them; returns when the last has ended.</summary>
    public async Task RunAsync(IEnumerable<TestProject> projects, Func<TestProject, Task> run)
    {
        var waiting = projects.OrderByDescending(project => TimingOf(project).Took).ToList();
        var running = new Dictionary<Task, TestProject>();
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
    internal TestProject? Next(IReadOnlyList<TestProject> waiting, IReadOnlyList<TestProject> running)
    {
        if (running.Count == 0) return waiting.Count == 0 ? null : waiting[0];
        if (running.Count >= AtOnceMax) return null;
        var free = processors - running.Sum(ShareOf);
        return waiting.FirstOrDefault(project => ShareOf(project) <= free);
    }

    private double ShareOf(TestProject project) => project.RunsAlone ? processors : TimingOf(project).Share;

    private TestTiming TimingOf(TestProject project) =>
        timings.GetValueOrDefault(project.Name) ?? TestTimings.Unknown(project.Name);
}
