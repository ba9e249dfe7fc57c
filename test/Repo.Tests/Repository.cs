using System.Xml.Linq;

namespace Tessera.Repo.Tests;

/// <summary>The files of this repository, found from where the tests were built.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["artifacts", ".git", ".tessera", "bin", "obj", "node_modules"];

    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string extension) => Walk(Root)
        .Where(path => path.EndsWith(extension, StringComparison.Ordinal))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static IReadOnlyList<Project> Projects { get; } =
        [.. Files(".csproj").Where(path => !path.Contains("/Template/", StringComparison.Ordinal))
            .Select(path => Project.Parse(path, Read(path)))];

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            if (Skipped.Contains(Path.GetFileName(inner))) continue;
            foreach (var file in Walk(inner)) yield return file;
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Tessera.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"No Tessera.slnx above {AppContext.BaseDirectory}.");
    }
}

/// <summary>One project file, as far as the room rules look at it.</summary>
internal sealed record Project(string Path, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public static Project Parse(string path, string xml)
    {
        var references = XDocument.Parse(xml);
        return new Project(path,
            [.. Names(references, "ProjectReference")
                .Select(name => System.IO.Path.GetFileNameWithoutExtension(name.Replace('\\', '/')))],
            [.. Names(references, "PackageReference")]);
    }

    public static Project At(string path) => new(path, [], []);

    public Project Referencing(params string[] projects) => this with { Projects = projects };

    public Project Using(params string[] packages) => this with { Packages = packages };

    private static IEnumerable<string> Names(XDocument document, string element) =>
        document.Descendants(element).Select(reference => (string?)reference.Attribute("Include")).OfType<string>();
}
