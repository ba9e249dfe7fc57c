using Tessera.Cli.Testing;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class TestScheduleTests
{
    private static readonly TestTiming[] _known =
    [
        new("Waits", TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(60)),
        new("Computes", TimeSpan.FromSeconds(200), TimeSpan.FromSeconds(360)),
        new("WaitsToo", TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(30)),
    ];

    [Fact]
    public void Starts_what_waits_beside_what_computes_and_not_two_that_compute()
    {
        var schedule = Schedule();

        Assert.Equal("Waits", schedule.Next(Projects("Waits", "Computes", "WaitsToo"), [])?.Name);
        Assert.Equal("Computes", schedule.Next(Projects("Computes", "WaitsToo"), Projects("Waits"))?.Name);
        Assert.Null(schedule.Next(Projects("WaitsToo"), Projects("Waits", "Computes")));
        Assert.Equal("WaitsToo", schedule.Next(Projects("Computes", "WaitsToo"), Projects("Waits", "New"))?.Name);
    }

    [Fact]
    public void Starts_something_when_nothing_runs_however_much_it_needs() =>
        Assert.Equal("Computes", new TestSchedule(Known(), processors: 1).Next(Projects("Computes"), [])?.Name);

    [Fact]
    public void Runs_whole_stores_beside_nothing()
    {
        Assert.Null(Schedule().Next(Projects("EndToEnd"), Projects("WaitsToo")));
        Assert.Null(Schedule().Next(Projects("WaitsToo"), Projects("EndToEnd")));
    }

    [Fact]
    public async Task Runs_each_once_the_longest_first_and_ends_with_the_last()
    {
        var started = new List<string>();
        var ends = new Dictionary<string, TaskCompletionSource>();

        var run = Schedule().RunAsync(Projects("WaitsToo", "New", "Computes", "Waits"), project =>
        {
            started.Add(project.Name);
            return (ends[project.Name] = new TaskCompletionSource()).Task;
        });
        Assert.Equal(["Waits", "Computes"], started);
        ends["Computes"].SetResult();
        Assert.Equal(["Waits", "Computes", "WaitsToo", "New"], started);
        ends["Waits"].SetResult();
        ends["New"].SetResult();
        Assert.False(run.IsCompleted);
        ends["WaitsToo"].SetResult();
        await run;
    }

    [Fact]
    public void Keeps_what_is_known_of_other_projects_when_some_are_measured_again()
    {
        using var folder = Some.Folder();
        TestTimings.Update(folder.File("timings.csv"), _known);
        TestTimings.Update(
            folder.File("timings.csv"), [new TestTiming("Waits", TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5))]);

        var read = TestTimings.Read(folder.File("timings.csv"));

        Assert.Equal(0.25, read["Waits"].Share);
        Assert.Equal(_known[1], read["Computes"]);
    }

    [Fact]
    public void Counts_the_processor_time_of_a_process_and_of_all_below_it()
    {
        (int Id, int Parent, long Ticks)[] processes = [(10, 1, 100), (11, 10, 20), (12, 11, 3), (13, 1, 1000)];

        Assert.Equal(123, ProcessorTime.Sum(10, processes));
    }

    private static TestSchedule Schedule() => new(Known(), processors: 2);

    private static Dictionary<string, TestTiming> Known() => _known.ToDictionary(timing => timing.Project);

    private static TestProject[] Projects(params string[] names) => [.. names.Select(name => new TestProject(name))];
}
