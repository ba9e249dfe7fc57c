using System.Xml.Linq;

namespace Tessera.Releasing.Pipelines;

/// <summary>Which projects a project is made of.</summary>
public static class ProjectFiles
{
    /// <summary>The folders of the projects and of all that they reference, from the root and in order.</summary>
    public static IReadOnlyList<string> FoldersOf(Repository repository, params ReadOnlySpan<string> projects) =>
        [.. With(repository, projects).Select(project => project[..project.LastIndexOf('/')])];

    /// <summary>The projects and all that they reference, through any number of others, from the root and in
    /// order.</summary>
    public static IReadOnlyList<string> With(Repository repository, params ReadOnlySpan<string> projects)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>();
        foreach (var project in projects) open.Push(project);
        while (open.TryPop(out var project))
        {
            if (!found.Add(project)) continue;
            foreach (var reference in References(repository, project)) open.Push(reference.Project);
        }
        return [.. found];
    }

    /// <summary>What the project references itself.</summary>
    internal static IEnumerable<(string Project, bool IsLinked)> References(Repository repository, string project)
    {
        var file = repository.PathOf(project);
        foreach (var reference in XDocument.Load(file).Descendants("ProjectReference"))
        {
            if ((string?)reference.Attribute("Include") is not { } path || path.Contains('*', StringComparison.Ordinal)
                || path.Contains('@', StringComparison.Ordinal)) continue;
            var referenced = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path.Replace('\\', '/')));
            yield return (
                Path.GetRelativePath(repository.Root, referenced).Replace('\\', '/'),
                (string?)reference.Attribute("ReferenceOutputAssembly") != "false");
        }
    }
}
