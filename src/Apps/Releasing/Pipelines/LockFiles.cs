using System.Text.Json;
using System.Xml.Linq;

namespace Tessera.Releasing.Pipelines;

/// <summary>The packages that the pipelines restore, each with the hash of its content: one file beside each project
/// that they build. Ordinary builds neither read nor write them.</summary>
public static class LockFiles
{
    public const string FileName = "packages.lock";

    /// <summary>What MSBuild is told for a restore to keep to the files. The environment may say it too.</summary>
    public const string Property = "LockedPackages";

    private const string Remedy = "./tessera packages lock";

    private static readonly string[] _rooms = ["src", "test", "bench"];

    /// <summary>What the pipelines restore: the services with their tests, and the command that runs the
    /// steps.</summary>
    public static IReadOnlyList<string> Restored(Repository repository) =>
    [
        // The tests of pages start no page, and reference none.
        .. repository.All.SelectMany(service => new[] { service.ProjectFile, service.TestProject })
            .Where(project => File.Exists(repository.PathOf(project))),
        "src/Apps/Cli/Cli.csproj",
    ];

    /// <summary>Every project that has one, from the root.</summary>
    public static IReadOnlyList<string> Projects(Repository repository) =>
        ProjectFiles.With(repository, [.. Restored(repository)]);

    /// <summary>From the root.</summary>
    public static string Beside(string project) => project[..(project.LastIndexOf('/') + 1)] + FileName;

    /// <summary>Those that no pipeline reads.</summary>
    public static IReadOnlyList<string> LeftOver(Repository repository)
    {
        var known = Projects(repository).Select(Beside).ToHashSet(StringComparer.Ordinal);
        // As deep as projects are: further below are thousands of files that others made.
        return
        [
            .. _rooms.Select(room => repository.PathOf(room)).Where(Directory.Exists)
                .SelectMany(room => Directory.EnumerateFiles(
                    room, FileName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
                .Select(file => Path.GetRelativePath(repository.Root, file).Replace('\\', '/'))
                .Where(file => !known.Contains(file)).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>In sentences; none when each project's file says what the project does. What the packages need in
    /// turn only a restore can tell.</summary>
    public static IReadOnlyList<string> Faults(Repository repository)
    {
        var versions = Versions(repository);
        var everywhere = Packages(repository, "Directory.Build.props")
            .Concat(Packages(repository, "Directory.Build.targets")).ToArray();
        return
        [
            .. Projects(repository).SelectMany(project => FaultsOf(repository, project, everywhere, versions)),
            .. LeftOver(repository).Select(file => $"{file} is of no project that a pipeline builds: {Remedy}."),
        ];
    }

    private static IEnumerable<string> FaultsOf(
        Repository repository, string project, string[] everywhere, IReadOnlyDictionary<string, string> versions)
    {
        var file = Beside(project);
        if (!File.Exists(repository.PathOf(file))) return [$"{project} has no {FileName}: {Remedy}."];
        // NuGet takes a version for the least one.
        var wanted = Packages(repository, project).Concat(everywhere)
            .Select(name => $"{name} [{versions.GetValueOrDefault(name)}, )")
            .Concat(Linked(repository, project));
        var locked = Locked(File.ReadAllText(repository.PathOf(file)));
        var (missing, tooMany) = (wanted.Except(locked).ToArray(), locked.Except(wanted).ToArray());
        if (missing.Length + tooMany.Length == 0) return [];
        return
        [
            $"{file} is not what {project} and Directory.Packages.props say: it has not "
            + $"{(missing.Length == 0 ? "anything less" : string.Join(", ", missing.Order(StringComparer.Ordinal)))}, "
            + $"and {(tooMany.Length == 0 ? "nothing" : string.Join(", ", tooMany.Order(StringComparer.Ordinal)))} "
            + $"too many: {Remedy}.",
        ];
    }

    /// <summary>What stands in it as the project's own: packages with what was asked for, and projects.</summary>
    private static HashSet<string> Locked(string text)
    {
        using var document = JsonDocument.Parse(text);
        return
        [
            .. document.RootElement.GetProperty("dependencies").EnumerateObject()
                .SelectMany(framework => framework.Value.EnumerateObject())
                .Select(entry => (entry.Name, Type: entry.Value.GetProperty("type").GetString(), entry.Value))
                .Where(entry => entry.Type is "Direct" or "Project")
                .Select(entry => entry.Type == "Project"
                    ? entry.Name : $"{entry.Name} {entry.Value.GetProperty("requested").GetString()}"),
        ];
    }

    private static HashSet<string> Linked(Repository repository, string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([project]);
        while (open.TryPop(out var at))
        {
            foreach (var (referenced, isLinked) in ProjectFiles.References(repository, at))
                if (isLinked && found.Add("Tessera." + Path.GetFileNameWithoutExtension(referenced)))
                    open.Push(referenced);
        }
        return found;
    }

    private static IEnumerable<string> Packages(Repository repository, string file) =>
        XDocument.Load(repository.PathOf(file)).Descendants("PackageReference")
            .Select(reference => (string?)reference.Attribute("Include")).OfType<string>();

    private static Dictionary<string, string> Versions(Repository repository) =>
        XDocument.Load(repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion").ToDictionary(
            package => (string)package.Attribute("Include")!, package => (string)package.Attribute("Version")!,
            StringComparer.Ordinal);
}
