using System.Diagnostics;
using Tessera.Cli.Up;
using Tessera.Testing;
using Xunit;

namespace Tessera.Cli.Tests.Chaos;

/// <summary>What the supervisor does of what the console asks for.</summary>
public sealed class ObeyChaosTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunFolder _run;

    public ObeyChaosTests()
    {
        _run = new RunFolder(_folder.Path);
        // Not Create, which has all files of this process made private from then on, those of other tests too.
        Directory.CreateDirectory(_run.Chaos);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Freezes_thaws_and_kills_the_process_that_the_service_has()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        using var process = Process.Start("sleep", "600");
        try
        {
            Obey("freeze", process.Id);
            await Eventually.HoldsAsync("it stands still", () => Task.FromResult(StateOf(process.Id) == 'T'));
            Obey("thaw", process.Id);
            await Eventually.HoldsAsync("it goes on", () => Task.FromResult(StateOf(process.Id) == 'S'));
            Obey("kill", process.Id);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Stops_for_as_long_as_it_is_not_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        using var process = Process.Start("sleep", "600");
        try
        {
            Obey("freeze", process.Id);
            await Eventually.HoldsAsync("it stands still", () => Task.FromResult(StateOf(process.Id) == 'T'));
            Obey("stop", process.Id);
            await Eventually.HoldsAsync("it can end", () => Task.FromResult(StateOf(process.Id) == 'S'));
            Assert.True(File.Exists(_run.HoldFileOf("orders"))); // Which ends it: SupervisedProcessTests.
            Obey("start", null);
            Assert.False(File.Exists(_run.HoldFileOf("orders")));
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("""{"name":"nobody","act":"stop"}""")]
    [InlineData("""{"name":"../../etc","act":"stop"}""")]
    [InlineData("""{"name":"orders","act":"explode"}""")]
    [InlineData("{")]
    [InlineData("null")]
    public void Takes_no_notice_of_what_is_no_request_and_removes_it(string text)
    {
        var file = Path.Combine(_run.Chaos, "1.json");
        File.WriteAllText(file, text);
        ObeyChaos.Obey(file, _run, [Service(null)], []);
        Assert.False(File.Exists(file));
        Assert.Empty(Directory.EnumerateFiles(_run.Run, "*.hold"));
    }

    [Fact]
    public void Goes_on_when_its_folder_was_away_for_a_moment()
    {
        File.WriteAllText(_run.HoldFileOf("orders"), "");
        Directory.Delete(_run.Chaos, recursive: true);
        ObeyChaos.ObeyAll(_run, [Service(null)], []);
        Directory.CreateDirectory(_run.Chaos);
        File.WriteAllText(Path.Combine(_run.Chaos, "1.json"), """{"name":"orders","act":"start"}""");
        ObeyChaos.ObeyAll(_run, [Service(null)], []);
        Assert.False(File.Exists(_run.HoldFileOf("orders")));
    }

    private void Obey(string act, int? pid)
    {
        var file = Path.Combine(_run.Chaos, "1.json");
        File.WriteAllText(file, $$"""{"name":"orders","act":"{{act}}"}""");
        ObeyChaos.Obey(file, _run, [Service(pid)], []);
    }

    private static InstanceState Service(int? pid) => new("orders", "orders", "ready", "", 0, 0, pid, 0, "");

    /// <summary>The third field of proc(5), behind the name.</summary>
    private static char StateOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }
}
