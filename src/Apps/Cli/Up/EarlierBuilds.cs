using System.Diagnostics;

namespace Tessera.Cli.Up;

/// <summary>Builds single services as they were at another revision, each revision in a work tree of its own below
/// <c>artifacts/at</c>. What was built once is used again.</summary>
internal sealed class EarlierBuilds(string root)
{
    private static readonly TimeSpan _buildTimeout = TimeSpan.FromMinutes(15);
    private readonly Git _git = new(root);

    /// <summary>Reads <c>orders=v1.3.0,payments-2=1f3c5e7</c>: by service, or by one process of it.</summary>
    public static Dictionary<string, string> Parse(IEnumerable<string> texts, IReadOnlyCollection<string> services)
    {
        var revisions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts.SelectMany(
            one => one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var parts = text.Split('=', 2);
            if (parts is not [{ Length: > 0 } instance, { Length: > 0 } revision] || revision[0] == '-')
            {
                throw new UserError(
                    $"--at takes SERVICE=REVISION, such as orders=v1.3.0, not '{text}'.", ExitCodes.Usage);
            }
            if (!services.Contains(ServiceOf(instance)))
            {
                throw new UserError(
                    $"There is no service '{instance}'; known are {string.Join(", ", services)}.", ExitCodes.Usage);
            }
            revisions[instance] = revision;
        }
        return revisions;
    }

    /// <summary>The programs, by service or process as <paramref name="revisions"/> names them.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ProvideAsync(
        IReadOnlyDictionary<string, string> revisions, IReadOnlyList<string> projects, CancellationToken stop)
    {
        var programs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (instance, revision) in revisions)
        {
            var project = projects.First(
                each => each.Equals(ServiceOf(instance), StringComparison.OrdinalIgnoreCase));
            programs[instance] = await ProvideAsync(project, revision, stop);
        }
        return programs;
    }

    /// <summary>The project's program as it was at the revision: a commit, a tag or, for short, the version of a tag
    /// of the service. A version that was released and has no tag here is found by its contract.</summary>
    public async Task<string> ProvideAsync(string project, string revision, CancellationToken stop)
    {
        var commit = await CommitOfAsync(project, revision, stop);
        var folder = Path.Combine(root, "artifacts", "at", commit[..12]);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        await using var alone = await LockAsync(folder + ".lock", stop);
        if (!Directory.Exists(folder))
        {
            // By force: a folder that somebody has removed is still known to git.
            var (added, why) = await _git.TryAsync(["worktree", "add", "--force", "--detach", folder, commit], stop);
            if (!added) throw new UserError($"{revision} cannot be checked out: {why}");
        }
        var built = Path.Combine(folder, "artifacts", $".built-{project}");
        if (!File.Exists(built))
        {
            await BuildAsync(folder, project, revision, stop);
            await File.WriteAllTextAsync(built, "", stop);
        }
        return SourceTree.BinaryOf(folder, project);
    }

    private static string ServiceOf(string instance) =>
        instance.LastIndexOf('-') is > 0 and var at && int.TryParse(instance[(at + 1)..], out _)
            ? instance[..at]
            : instance;

    private async Task<string> CommitOfAsync(string project, string revision, CancellationToken stop)
    {
        var (isTree, _) = await _git.TryAsync(["rev-parse", "--git-dir"], stop);
        if (!isTree)
            throw new UserError($"{root} is no clone of git, so there is nothing to build {revision} of {project} "
                + $"from.");
        foreach (var name in new[] { revision, $"{project.ToLowerInvariant()}/{revision}" })
        {
            var (found, commit) = await _git.TryAsync(["rev-parse", "--verify", "--quiet", name + "^{commit}"], stop);
            if (found) return commit;
        }
        return await new RecordedReleases(root, _git).CommitOfAsync(project.ToLowerInvariant(), revision, stop)
            ?? throw new UserError(
                $"There is no revision '{revision}' here, nor a tag '{project.ToLowerInvariant()}/{revision}'. A "
                + "shallow clone has no tags: git fetch --tags --unshallow brings them.");
    }

    private static async Task BuildAsync(string folder, string project, string revision, CancellationToken stop)
    {
        string[] rooms = ["Services", "Apps"];
        var file = rooms.Select(room => Path.Combine(folder, "src", room, project, project + ".csproj"))
            .FirstOrDefault(File.Exists)
            ?? throw new UserError($"There is no {project} at {revision}.");
        await Console.Error.WriteLineAsync($"tessera: building {project} at {revision}");
        var log = Path.Combine(folder, $"build-{project}.log");
        var start = new ProcessStartInfo("dotnet",
            ["build", file, "-c", "Release", "-v", "q", "-clp:NoSummary", "--nologo", "-nr:false"])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var build = Process.Start(start)!;
        await using (var output = TextWriter.Synchronized(new StreamWriter(log)))
        {
            build.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
            build.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
            build.BeginOutputReadLine();
            build.BeginErrorReadLine();
            await Processes.WaitOrKillAsync(build, _buildTimeout, stop);
        }
        if (build.ExitCode != 0) throw new UserError($"{project} at {revision} does not build; why is in {log}");
    }

    /// <summary>Two stores may ask for one revision at the same moment.</summary>
    private static async Task<FileStream> LockAsync(string file, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
            }
        }
    }
}
