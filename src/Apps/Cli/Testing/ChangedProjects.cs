using System.Diagnostics;
using System.Xml.Linq;

namespace Tessera.Cli.Testing;

/// <summary>Which test projects a change can have broken: those that reference, through any number of projects, one in
/// which a file has changed, and those that start or read what has changed without referencing it.</summary>
internal sealed class ChangedProjects(string root)
{
    /// <summary>Files that every project is built by.</summary>
    private static readonly string[] _everywhere =
    [
        "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json",
        "BannedSymbols.txt", ".editorconfig", "Tessera.slnx",
    ];

    /// <summary>What a project depends on although it does not reference it: the processes it starts, the files it
    /// reads. An empty path stands for the whole repository.</summary>
    private static readonly (string Project, string[] Paths)[] _unreferenced =
    [
        ("EndToEnd", ["src/", "tessera", "samples/"]),
        ("Cli.Tests", ["src/Apps/Cli/", "samples/", "tessera"]),
        ("Releasing.Tests", ["contracts/", ".github/", "src/", "test/"]),
        ("Repo.Tests", [""]),
    ];

    /// <summary>The files that differ from <paramref name="since"/>, with those git does not know yet.</summary>
    public async Task<IReadOnlyList<string>> FilesSinceAsync(string since, CancellationToken stop) =>
    [
        .. await GitAsync(["diff", "--name-only", since, "--"], stop),
        .. await GitAsync(["ls-files", "--others", "--exclude-standard"], stop),
    ];

    public IReadOnlyList<TestProject> Of(IReadOnlyList<string> files, IReadOnlyList<TestProject> projects)
    {
        if (files.Any(file => _everywhere.Contains(file))) return projects;
        var folders = Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories)
            .Where(file => !Relative(file).StartsWith("artifacts/", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFullPath(file), References);
        var touched = folders.Keys
            .Where(project => files.Any(file => IsBelow(file, Relative(Path.GetDirectoryName(project)!) + "/")))
            .ToHashSet();
        while (folders.Where(project => !touched.Contains(project.Key) && project.Value.Any(touched.Contains))
            .Select(project => project.Key).ToList() is { Count: > 0 } more)
        {
            touched.UnionWith(more);
        }
        var names = touched.Select(Path.GetFileNameWithoutExtension).ToHashSet();
        return [.. projects.Where(project => names.Contains(project.Name) || StartsOrReads(project.Name, files))];
    }

    private static bool StartsOrReads(string project, IReadOnlyList<string> files) =>
        _unreferenced.Where(one => one.Project == project).SelectMany(one => one.Paths)
            .Any(path => files.Any(file => IsBelow(file, path)));

    private static bool IsBelow(string file, string folder) => file.StartsWith(folder, StringComparison.Ordinal);

    private string Relative(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    private static HashSet<string> References(string project) =>
    [
        .. XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => (string?)reference.Attribute("Include") ?? "")
            .Select(path => Path.GetFullPath(
                Path.Combine(Path.GetDirectoryName(project)!, path.Replace('\\', Path.DirectorySeparatorChar)))),
    ];

    private async Task<string[]> GitAsync(string[] words, CancellationToken stop)
    {
        var start = new ProcessStartInfo("git", ["-c", "core.quotePath=false", .. words])
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        var errors = git.StandardError.ReadToEndAsync(stop);
        var output = await git.StandardOutput.ReadToEndAsync(stop);
        await git.WaitForExitAsync(stop);
        if (git.ExitCode != 0)
        {
            var said = (await errors).Trim().ReplaceLineEndings(" ");
            throw new UserError($"git {words[0]} says: {said}", ExitCodes.Usage);
        }
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
