using Tessera.Releasing.Pipelines;
using Tessera.Testing;
using Xunit;

namespace Tessera.Delivery.Tests;

/// <summary>The steps of a service's pipeline, in the workflow's words and in a tree of their own in which nothing was
/// built before. What others run: its tests, the audit, which asks the package source, and the image.</summary>
public sealed class PipelineTests
{
    private const string Service = "baskets";
    private static readonly string[] steps = ["restore", "build", "contracts"];

    private static readonly Dictionary<string, string> settings = new()
    {
        ["CI"] = "true", [LockFiles.Property] = "true", ["SERVICE"] = Service, ["MSBUILDDISABLENODEREUSE"] = "1",
    };

    [Fact]
    public async Task The_steps_of_the_workflow_restore_build_and_check_a_service_in_a_fresh_tree()
    {
        Tool.Require("git", "bash");
        using var tree = new TemporaryFolder("pipeline");
        await CopyAsync(tree.Path);
        var lines = await File.ReadAllLinesAsync(
            Path.Combine(tree.Path, ".github", "workflows", "service.yml"), TestContext.Current.CancellationToken);
        foreach (var step in steps)
        {
            var run = Assert.Single(lines, line => line.EndsWith($" --step {step}", StringComparison.Ordinal));
            var said = await Tool.RunAsync("bash", ["-ec", run.Split("run: ")[1]], settings, tree.Path);
            Assert.Contains($"- {step}: ", said, StringComparison.Ordinal);
        }
        Assert.True(File.Exists(tree.File("artifacts/bin/Baskets.Tests/release/Tessera.Baskets.Tests.dll")));
    }

    /// <summary>With what is not committed yet, and with the commit, by which a build names itself.</summary>
    private static async Task CopyAsync(string folder)
    {
        var root = Cli.Up.SourceTree.Root;
        await Tool.RunAsync("git", ["clone", "--quiet", "--shared", "--no-checkout", root, folder]);
        var files = await Tool.RunAsync(
            "git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], folder: root);
        foreach (var file in files.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var from = Path.Combine(root, file);
            if (!File.Exists(from)) continue; // Removed and not committed.
            var to = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
        }
    }
}
