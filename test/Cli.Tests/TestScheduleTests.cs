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
        new("Timed", TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(10)),
    ];

    [Fact]
    public void Starts_what_waits_beside_what_computes_and_not_two_that_compute()
    {
        var schedule = Schedule();

        Assert.Equal("Waits", schedule.Next(Parts("Waits", "Computes", "WaitsToo"), [])?.Name);
        Assert.Equal("Computes", schedule.Next(Parts("Computes", "WaitsToo"), Parts("Waits"))?.Name);
        Assert.Null(schedule.Next(Parts("WaitsToo"), Parts("Waits", "Computes")));
        Assert.Equal("WaitsToo", schedule.Next(Parts("Computes", "WaitsToo"), Parts("Waits", "New"))?.Name);
    }

    [Fact]
    public void Starts_something_when_nothing_runs_however_much_it_needs() =>
        Assert.Equal("Computes", new TestSchedule(Known(), processors: 1).Next(Parts("Computes"), [])?.Name);

    [Fact]
    public void Starts_at_most_one_that_waits_beside_one_that_measures_times()
    {
        var schedule = Schedule();

        Assert.Null(schedule.Next(Parts("Timed"), Parts("Computes")));
        Assert.Null(schedule.Next(Parts("Computes"), Parts("Timed")));
        Assert.Equal("Waits", schedule.Next(Parts("Computes", "Waits"), Parts("Timed"))?.Name);
        Assert.Null(schedule.Next(Parts("WaitsToo"), Parts("Timed", "Waits")));
        Assert.Null(schedule.Next(Parts("Timed"), Parts("Waits", "WaitsToo")));
    }

    [Fact]
    public void Runs_what_measures_times_in_a_process_of_its_own_and_each_class_once()
    {
        var parts = new TestProject("Kafka", ["*Faults", "*Membership"]).Parts();

        Assert.Equal(["Kafka", "Kafka/timed"], parts.Select(part => part.Name));
        Assert.Equal([false, true], parts.Select(part => part.IsTimed));
        Assert.Equal(["-class-", "*Faults", "-class-", "*Membership"], parts[0].Words);
        Assert.Equal(["-class", "*Faults", "-class", "*Membership"], parts[1].Words);
        Assert.Equal(["Orders"], new TestProject("Orders", []).Parts().Select(part => part.Name));
    }

    /// <summary>A class that was renamed would run beside everything else.</summary>
    [Fact]
    public void Names_only_classes_that_there_are()
    {
        var folder = Path.Combine(Up.SourceTree.Root, "test");
        var timed = TestProject.All().SelectMany(project => project.Timed.Select(name => (project.Name, Class: name)));

        Assert.NotEmpty(timed);
        Assert.All(timed, each => Assert.Contains(
            Directory.EnumerateFiles(Path.Combine(folder, each.Name), "*.cs", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains(
                $"class {each.Class.TrimStart('*')}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Runs_each_once_the_longest_first_and_ends_with_the_last()
    {
        var started = new List<string>();
        var ends = new Dictionary<string, TaskCompletionSource>();

        var run = Schedule().RunAsync(Parts("WaitsToo", "New", "Computes", "Waits"), project =>
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

    private static TestSchedule Schedule() => new(Known(), processors: 2);

    private static Dictionary<string, TestTiming> Known() => _known.ToDictionary(timing => timing.Project);

    private static TestPart[] Parts(params string[] names) =>
        [.. names.Select(name => new TestPart(new TestProject(name, []), name, []) { IsTimed = name == "Timed" })];
}
