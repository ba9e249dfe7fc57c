namespace Tessera.Cli.Up;

/// <summary>The repository that the command belongs to.</summary>
internal static class SourceTree
{
    private static readonly string[] _order = ["Users", "Catalog", "Inventory", "Orders", "Payments", "Gateway"];

    public static string Root { get; } = Find();

    /// <summary>Every project under <c>src/Services</c> that is a process: the known ones first,
    /// the gateway last.</summary>
    public static IReadOnlyList<string> Services()
    {
        var services = Path.Combine(Root, "src", "Services");
        if (!Directory.Exists(services)) return [];
        return [.. Directory.EnumerateDirectories(services)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => File.Exists(Path.Combine(services, name, "Program.cs")))
            .OrderBy(name => name == "Gateway" ? 1 : 0)
            .ThenBy(name => Array.IndexOf(_order, name) is >= 0 and var at ? at : int.MaxValue)
            .ThenBy(name => name, StringComparer.Ordinal)];
    }

    public static string BinaryOf(string project) => BinaryOf(Root, project);

    /// <summary>What to run for the project: what was compiled ahead, unless a later build has outdated it.</summary>
    public static string BinaryOf(string root, string project)
    {
        var built = Path.Combine(root, "artifacts", "bin", project, "release");
        var ahead = Path.Combine(root, "artifacts", "ahead", project);
        return Path.Combine(IsOutdated(ahead, built) ? built : ahead, $"Tessera.{project}.dll");
    }

    private static bool IsOutdated(string ahead, string built) =>
        !Directory.Exists(ahead) || !Directory.Exists(built)
        || Directory.EnumerateFiles(built).Any(file =>
            File.GetLastWriteTimeUtc(file) > File.GetLastWriteTimeUtc(Path.Combine(ahead, Path.GetFileName(file))));

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("TESSERA_ROOT") is { Length: > 0 } given) return given;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Tessera.slnx"))) return at.FullName;
        }
        throw new UserError(
            "This command belongs to a Tessera repository and was found outside one. Run ./tessera there.");
    }
}
