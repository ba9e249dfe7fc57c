using Tessera.Cli.Logs;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class BoundLogsTests
{
    [Fact]
    public void Keeps_three_files_of_a_log_that_grows_while_its_writer_has_it_open()
    {
        using var folder = Some.Folder();
        var log = folder.File("orders.log");
        for (var round = 1; round <= 5; round++)
        {
            File.AppendAllText(log, $"round {round}\n");
            BoundLogs.Apply(folder.Path, sizeBytesMax: 4);
        }
        Assert.Equal("", File.ReadAllText(log));
        Assert.Equal("round 5\n", File.ReadAllText(log + ".1"));
        Assert.Equal("round 4\n", File.ReadAllText(log + ".2"));
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Leaves_a_log_within_its_bound_alone()
    {
        using var folder = Some.Folder();
        File.WriteAllText(folder.File("orders.log"), "one line\n");
        BoundLogs.Apply(folder.Path);
        Assert.Equal("one line\n", File.ReadAllText(folder.File("orders.log")));
    }
}
