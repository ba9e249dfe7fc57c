namespace Tessera.Releasing.Pipelines;

/// <summary>The files that a change of which concerns a service: its pipeline runs for these and no others.</summary>
public static class Filter
{
    /// <summary>What every project is built by, and what says who belongs to whom.</summary>
    private static readonly string[] _shared =
    [
        ".config/**", ".editorconfig", ".github/workflows/publish.yml", ".github/workflows/service.yml",
        "BannedSymbols.txt", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
        "contracts/**", "global.json", "src/Apps/Releasing/**", "src/Services/shop.json", "tessera",
        // What images are made by, and of the command what runs the steps: the rest of it is in no image.
        "src/Apps/Ahead/**", "src/Apps/Images/**", "src/Images.targets", "src/Apps/Cli/Cli.csproj",
        "src/Apps/Cli/packages.lock", "src/Apps/Cli/Releasing/**", "src/Apps/Cli/Shipping/**",
    ];

    /// <summary>As workflows write them, in order: <c>/**</c> at the end stands for all that is below.</summary>
    public static IReadOnlyList<string> Of(Repository repository, Releasable service)
    {
        string[] projects = HasTests(repository, service)
            ? [service.ProjectFile, service.TestProject]
            : [service.ProjectFile];
        return
        [
            .. ProjectFiles.FoldersOf(repository, projects).Select(folder => folder + "/**").Concat(_shared)
                .Append($".github/workflows/{service.Name}.yml").Distinct().Order(StringComparer.Ordinal),
        ];
    }

    public static bool HasTests(Repository repository, Releasable service) =>
        File.Exists(repository.PathOf(service.TestProject));

    /// <summary>The services that one of the files concerns.</summary>
    public static IReadOnlyList<Releasable> Touched(Repository repository, IReadOnlyList<string> files) =>
        [.. repository.All.Where(
            service => Of(repository, service).Any(path => files.Any(file => Matches(path, file))))];

    internal static bool Matches(string path, string file) => path.EndsWith("/**", StringComparison.Ordinal)
        ? file.StartsWith(path[..^2], StringComparison.Ordinal)
        : file == path;
}
