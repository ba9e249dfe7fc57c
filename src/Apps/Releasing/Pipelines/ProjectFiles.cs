using System.Xml.Linq;

namespace Tessera.Releasing.Pipelines;

/// <summary>Which projects a project is made of.</summary>
public static class ProjectFiles
{
    /// <summary>The folders of the project and of all that it references, through any number of others, from the root
    /// and
    /// in order.</summary>
    public static IReadOnlyList<string> FoldersOf(Repository repository, params ReadOnlySpan<string> projects)
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>();
        foreach (var project in projects) open.Push(Path.GetFullPath(repository.PathOf(project)));
        while (open.TryPop(out var project))
        {
            var folder = Path.GetDirectoryName(project)!;
            if (!folders.Add(Path.GetRelativePath(repository.Root, folder).Replace('\\', '/'))) continue;
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                if ((string?)reference.Attribute("Include") is { } path && !path.Contains('*', StringComparison.Ordinal)
                    && !path.Contains('@', StringComparison.Ordinal))
                {
                    open.Push(Path.GetFullPath(Path.Combine(folder, path.Replace('\\', '/'))));
                }
            }
        }
        return [.. folders];
    }
}
