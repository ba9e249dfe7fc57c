using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class FirstOperatorTests
{
    [Fact]
    public void Is_told_by_the_next_start_when_the_first_was_interrupted_and_then_no_more()
    {
        using var folder = Some.Folder();
        var run = new RunFolder(folder.Path);
        var made = OperatorCredentials.ReadOrMake(run, out var isUntold);
        Assert.True(isUntold);
        Assert.Equal(made, OperatorCredentials.ReadOrMake(run, out isUntold));
        Assert.True(isUntold);
        File.Delete(run.OperatorUntoldFile); // As whoever has told it does.
        Assert.Equal(made, OperatorCredentials.ReadOrMake(run, out isUntold));
        Assert.False(isUntold);
    }

    [Fact]
    public void Is_made_anew_when_the_start_was_interrupted_while_it_was_written()
    {
        using var folder = Some.Folder();
        var run = new RunFolder(folder.Path);
        File.WriteAllText(run.OperatorFile + ".new", "{\"email\":");
        OperatorCredentials.ReadOrMake(run, out var isUntold);
        Assert.True(isUntold);
        Assert.NotEmpty(OperatorCredentials.Read(run).Password);
    }

    [Fact]
    public void Gets_no_store_below_a_path_that_is_too_long_for_its_databases()
    {
        using var folder = Some.Folder();
        var deep = Path.Combine([folder.Path, .. Enumerable.Repeat(new string('d', 100), 6)]);
        var error = Assert.Throws<UserError>(() => new RunFolder(deep).Create());
        Assert.Contains("--data", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(deep));
    }
}
