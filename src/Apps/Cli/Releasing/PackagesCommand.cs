using System.CommandLine;
using System.Diagnostics;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Pipelines;

namespace Tessera.Cli.Releasing;

/// <summary><c>packages lock</c>: writes down which packages the pipelines may restore.</summary>
internal static class PackagesCommand
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(10);

    public static Command Create()
    {
        var @lock = new Command(
            "lock", $"Write {LockFiles.FileName} beside each project that a pipeline builds: its packages, and what "
                + "those need, with the hash of each.");
        @lock.SetAction((_, stop) => LockAsync(new Repository(SourceTree.Root), stop));
        return new Command("packages", "The packages that the pipelines restore.") { @lock };
    }

    private static async Task<int> LockAsync(Repository repository, CancellationToken stop)
    {
        // One restore for all of them.
        var list = repository.PathOf("artifacts", "locked.slnx");
        await File.WriteAllTextAsync(list, Solution(LockFiles.Restored(repository)), stop);
        var start = new ProcessStartInfo("dotnet", Words(list)) { WorkingDirectory = repository.Root };
        using var restore = Process.Start(start)!;
        if (!await Processes.WaitOrKillAsync(restore, _timeout, stop) || restore.ExitCode != 0)
            throw new UserError("The packages were not restored; the lines above say why.");
        foreach (var file in LockFiles.LeftOver(repository)) File.Delete(repository.PathOf(file));
        Console.WriteLine($"wrote {LockFiles.Projects(repository).Count} files; see what has changed: git diff --stat");
        return ExitCodes.Ok;
    }

    internal static IReadOnlyList<string> Words(string list) =>
    [
        "restore", list, "--force-evaluate", $"-p:{LockFiles.Property}=true", "-p:RestoreLockedMode=false", "-v", "q",
    ];

    private static string Solution(IEnumerable<string> projects) =>
        $"<Solution>\n{string.Concat(projects.Select(each => $"  <Project Path=\"../{each}\" />\n"))}</Solution>\n";
}
