using System.Reflection.PortableExecutable;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class SourceTreeTests
{
    private static readonly DateTime _noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(0, 1, "ahead")]
    [InlineData(1, 0, "bin")]
    public void Runs_what_was_compiled_ahead_unless_any_file_of_a_later_build_is_newer(
        int builtAt, int aheadAt, string expected)
    {
        using var root = Some.Folder();
        foreach (var name in new[] { "Tessera.Orders.dll", "Tessera.Messaging.dll" })
        {
            Put(root, $"artifacts/bin/Orders/release/{name}", _noon);
            Put(root, $"artifacts/ahead/Orders/{name}", _noon);
        }
        Put(root, "artifacts/bin/Orders/release/Tessera.Messaging.dll", _noon.AddHours(builtAt));
        Put(root, "artifacts/ahead/Orders/Tessera.Messaging.dll", _noon.AddHours(aheadAt));

        Assert.StartsWith(
            root.File("artifacts/" + expected), SourceTree.BinaryOf(root.Path, "Orders"), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_the_ordinary_build_where_nothing_was_compiled_ahead_or_not_all_of_it()
    {
        using var root = Some.Folder();
        var built = root.File("artifacts/bin/Orders/release/Tessera.Orders.dll");
        Assert.Equal(built, SourceTree.BinaryOf(root.Path, "Orders"));

        Put(root, "artifacts/bin/Orders/release/Tessera.Orders.dll", _noon);
        Put(root, "artifacts/ahead/Orders/Tessera.Messaging.dll", _noon);
        Assert.Equal(built, SourceTree.BinaryOf(root.Path, "Orders"));
    }

    [Fact]
    public void The_command_has_compiled_every_service_ahead()
    {
        var ahead = Directory.Exists(Path.Combine(SourceTree.Root, "artifacts", "ahead"));
        if (Environment.GetEnvironmentVariable("CI") != "true")
            Assert.SkipUnless(ahead, "Only ./tessera compiles ahead; an ordinary build does not.");
        foreach (var service in SourceTree.Services())
        {
            using var file = File.OpenRead(SourceTree.BinaryOf(service));
            using var image = new PEReader(file);
            Assert.True(image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, file.Name);
        }
    }

    private static void Put(TemporaryFolder root, string name, DateTime writtenAt)
    {
        var file = root.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        File.SetLastWriteTimeUtc(file, writtenAt);
    }
}
