using System.Xml.Linq;
using Tessera.Cli.Up;

namespace Tessera.Cli.Testing;

/// <summary>A test project: an executable of its own.</summary>
/// <param name="Timed">The classes that promise something within so many seconds (<c>TimedTests</c> in the project's
/// file, with <c>*</c> for any text). They run in a process of their own, with servers of their own, where little else
/// runs.</param>
internal sealed record TestProject(string Name, IReadOnlyList<string> Timed)
{
    public string Binary => SourceTree.BinaryOf(Name);

    /// <summary>What of it is run in one process each.</summary>
    public IReadOnlyList<TestPart> Parts() =>
        Timed.Count == 0
            ? [new TestPart(this, Name, [])]
            :
            [
                new TestPart(this, Name, [.. Timed.SelectMany(name => new[] { "-class-", name })]),
                new TestPart(this, Name + "/timed", [.. Timed.SelectMany(name => new[] { "-class", name })])
                {
                    IsTimed = true,
                },
            ];

    /// <summary>Every project under <c>test/</c> that is an executable.</summary>
    public static IReadOnlyList<TestProject> All() => In(Path.Combine(SourceTree.Root, "test"));

    internal static IReadOnlyList<TestProject> In(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Xml: XDocument.Load(file)))
            .Where(project => Values(project.Xml, "OutputType").Contains("Exe", StringComparer.OrdinalIgnoreCase)
                && project.Xml.Descendants("PackageReference")
                    .Any(package => (string?)package.Attribute("Include") == "xunit.v3"))
            .Select(project => new TestProject(project.Name, [.. Values(project.Xml, "TimedTests")]))
            .OrderBy(project => project.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Values(XDocument project, string property) =>
        project.Descendants(property).SelectMany(element => element.Value.Split(
            ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}

/// <summary>What is run of a test project in one process.</summary>
/// <param name="Words">Tell the test executable which of its classes.</param>
internal sealed record TestPart(TestProject Project, string Name, IReadOnlyList<string> Words)
{
    /// <summary>It measures times, and would measure what runs beside it.</summary>
    public bool IsTimed { get; init; }
}
