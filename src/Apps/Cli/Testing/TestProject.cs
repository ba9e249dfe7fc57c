using Tessera.Cli.Up;

namespace Tessera.Cli.Testing;

/// <summary>A test project: an executable of its own.</summary>
internal sealed record TestProject(string Name)
{
    public string Binary => SourceTree.BinaryOf(Name);

    /// <summary>Starts whole stores and measures their times. Their processes are detached, so its processor time does
    /// not tell what it needs.</summary>
    public bool RunsAlone => Name is "EndToEnd";

    /// <summary>Every project under <c>test/</c> that is an executable.</summary>
    public static IReadOnlyList<TestProject> All()
    {
        var folder = Path.Combine(SourceTree.Root, "test");
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file) is var text
                && text.Contains("xunit.v3", StringComparison.Ordinal)
                && text.Contains("<OutputType>Exe</OutputType>", StringComparison.OrdinalIgnoreCase))
            .Select(file => new TestProject(Path.GetFileNameWithoutExtension(file)))
            .OrderBy(project => project.Name, StringComparer.Ordinal)];
    }
}
