using System.Diagnostics;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>The script in a tree that whoever runs it may read and not write.</summary>
public sealed class OtherUsersTreeTests
{
    [Fact]
    public async Task Says_in_one_line_that_nothing_can_be_built()
    {
        using var tree = Tree();
        var (exitCode, said) = await RunAsync(tree);
        Assert.Equal(3, exitCode);
        Assert.Contains("cannot be written by", Assert.Single(said.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_what_its_owner_has_built()
    {
        using var tree = Tree();
        var built = Directory.CreateDirectory(tree.File("artifacts/bin/Cli/release"));
        var command = Path.Combine(built.FullName, "Tessera.Cli.dll");
        File.WriteAllText(command, "");
        Open(command); // Whatever this process lets others read of its new files.
        Assert.Equal((0, $"runs {command} --version"), await RunAsync(tree));
    }

    [Fact]
    public async Task Leaves_to_its_owner_what_root_has_built_in_it()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can build in a tree of somebody else.");
        using var tree = Tree();
        var built = Directory.CreateDirectory(tree.File("artifacts/bin"));
        Assert.Equal(0, await RunAsync("chown", "-R", "65534:65534", tree.Path));
        File.WriteAllText(Path.Combine(built.FullName, "made-by-root"), "");
        var start = new ProcessStartInfo("bash", [tree.File("tessera"), "--version"]) { RedirectStandardError = true };
        start.Environment["PATH"] = $"{tree.File("bin/path")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await RunAsync(
            "sh", "-c", "test -z \"$(find \"$1\" -not -user 65534)\"", "sh", tree.File("artifacts")));
    }

    [Fact]
    public async Task Says_in_one_line_that_too_few_files_can_be_open()
    {
        using var tree = Tree();
        string[] words = ["-c", "ulimit -n 128 && exec bash \"$1\" --help", "bash", tree.File("tessera")];
        var start = new ProcessStartInfo("bash", words) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, process.ExitCode);
        Assert.StartsWith(
            "tessera: 128 files can be open", Assert.Single(said.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private static async Task<int> RunAsync(params string[] words)
    {
        using var process = Process.Start(words[0], words[1..]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    private static TemporaryFolder Tree()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for shells.");
        var tree = Some.Folder();
        File.Copy(Path.Combine(SourceTree.Root, "tessera"), tree.File("tessera"));
        Directory.CreateDirectory(tree.File("artifacts"));
        var runtime = Directory.CreateDirectory(tree.File("bin")).CreateSubdirectory("path");
        File.WriteAllText(Path.Combine(runtime.FullName, "dotnet"), "#!/bin/sh\necho \"runs $*\" >&2\n");
        Open(Path.Combine(runtime.FullName, "dotnet"));
        return tree;
    }

    /// <summary>Readable by all and writable by nobody; root, who may write anywhere, becomes another user.</summary>
    private static async Task<(int ExitCode, string Said)> RunAsync(TemporaryFolder tree)
    {
        string[] words = ["bash", tree.File("tessera"), "--version"];
        if (Environment.UserName == "root") words = ["setpriv", "--reuid=65534", "--clear-groups", .. words];
        string[] folders =
            [tree.Path, .. Directory.EnumerateDirectories(tree.Path, "*", SearchOption.AllDirectories)];
        foreach (var folder in folders) Open(folder);
        try
        {
            var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true };
            start.Environment["PATH"] = $"{tree.File("bin/path")}:{Environment.GetEnvironmentVariable("PATH")}";
            using var process = Process.Start(start)!;
            var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, said.Trim());
        }
        finally
        {
            foreach (var folder in folders)
                Mode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void Open(string folder) => Mode(
        folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

    private static void Mode(string folder, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, mode);
    }
}
