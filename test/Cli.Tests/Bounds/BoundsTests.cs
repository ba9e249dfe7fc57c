using System.CommandLine;
using Tessera.Cli.Retail;
using Tessera.Cli.Shop;
using Xunit;

namespace Tessera.Cli.Tests.Bounds;

/// <summary>What a command is given wrongly is said in one line that names the option, before anything is done.
/// </summary>
public sealed class BoundsTests
{
    private static readonly InvocationConfiguration unhandled = new() { EnableDefaultExceptionHandler = false };

    [Theory]
    [InlineData("replay nowhere.csv --rate NaN", "--rate takes a number from 0.001 to 1000000, not NaN.")]
    [InlineData("replay nowhere.csv --rate 1e-300", "--rate takes a number from 0.001 to 1000000, not 1E-300.")]
    [InlineData("replay nowhere.csv --rate 1e300", "--rate takes a number from 0.001 to 1000000, not 1E+300.")]
    [InlineData("replay nowhere.csv --rate 0", "--rate takes a number from 0.001 to 1000000, not 0.")]
    [InlineData("replay nowhere.csv --concurrency 0", "--concurrency takes a number from 1 to 256, not 0.")]
    [InlineData("replay nowhere.csv --limit 0", "--limit takes a number from 1 to 2147483647, not 0.")]
    [InlineData("replay nowhere.csv --wait -1", "--wait takes a number from 0 to 86400, not -1.")]
    [InlineData("verify --data nowhere --wait -1", "--wait takes a number from 0 to 86400, not -1.")]
    [InlineData("reconcile --data nowhere --wait 86401", "--wait takes a number from 0 to 86400, not 86401.")]
    [InlineData("logs --data nowhere --lines 0", "--lines takes a number from 1 to 1000000, not 0.")]
    [InlineData("logs --data nowhere -n 2000000000", "--lines takes a number from 1 to 1000000, not 2000000000.")]
    [InlineData(
        "parked show --data nowhere --limit -5", "--limit takes a number from 1 to 2147483647, not -5.")]
    public async Task Names_the_option_whose_number_is_out_of_its_bounds(string line, string said)
    {
        var error = await Assert.ThrowsAsync<UserError>(() => CommandLine.Root().Parse(line.Split(' '))
            .InvokeAsync(unhandled, TestContext.Current.CancellationToken));
        Assert.Equal((said, ExitCodes.Usage), (error.Message, error.ExitCode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sends_nothing_when_the_report_could_not_be_written(bool isImport)
    {
        using var folder = Some.Folder();
        var file = RetailFile.Read(
            new StringReader(string.Join(',', RetailFile.Columns) + "\n1,85123A,L,1,2010-12-01,1,7,UK\n"), "x.csv",
            new RetailForm());
        // Nobody answers there: asked, it would be another error.
        using var store = Store.Open(
            folder.Path, new Uri("http://127.0.0.1:9"), TimeProvider.System, TimeSpan.FromMilliseconds(1));
        var stop = TestContext.Current.CancellationToken;
        var error = await Assert.ThrowsAsync<UserError>(() => isImport
            ? Import.RunAsync(file, store, folder.Path, stop)
            : Replay.RunAsync(file, store, new ReplaySettings(1, null, null, TimeSpan.Zero, folder.Path), stop));
        Assert.Equal($"{folder.Path} is a folder; --report takes a file.", error.Message);
    }

    [Fact]
    public void Keeps_the_report_of_before_while_looking_whether_it_may_be_written()
    {
        using var folder = Some.Folder();
        File.WriteAllText(folder.File("before.csv"), "before");
        ReportFile.CheckWritable(folder.File("before.csv"));
        ReportFile.CheckWritable(folder.File("new.csv"));
        Assert.Equal("before", File.ReadAllText(folder.File("before.csv")));
        Assert.False(File.Exists(folder.File("new.csv")));
    }

    [Fact]
    public void Lets_nobody_else_read_reports_and_journals()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other means.");
            return;
        }
        using var folder = Some.Folder();
        ReportFile.Write(folder.File("reports/r.csv"), []);
        new ReplayJournal(folder.File("replays")).Dispose();
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var (open, seen) = (new List<string>(), 0);
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories))
        {
            seen++;
            if ((File.GetUnixFileMode(entry) & others) != 0) open.Add(entry);
        }
        Assert.Equal([], open);
        Assert.Equal(4, seen);
    }
}
