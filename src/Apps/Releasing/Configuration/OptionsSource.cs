using System.Text.RegularExpressions;

namespace Tessera.Releasing.Configuration;

/// <summary>A class of options as its source says it: docstrings, types, defaults and bounds stand side by side
/// there.</summary>
/// <param name="Name">Of the class.</param>
/// <param name="Section">What its keys begin with; null for one that is part of another.</param>
/// <param name="Path">From the root.</param>
internal sealed partial record OptionsSource(
    string Name, string? Section, string Path, string Summary, IReadOnlyList<Setting> Settings)
{
    /// <summary>Every class of options below <c>src</c>, by section.</summary>
    public static IReadOnlyList<OptionsSource> All(Repository repository)
    {
        var files = Directory.EnumerateFiles(repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: System.IO.Path.GetRelativePath(repository.Root, file).Replace('\\', '/'),
                Text: File.ReadAllText(file)))
            .Where(file => SectionOf().IsMatch(file.Text)).OrderBy(file => file.Path, StringComparer.Ordinal).ToArray();
        var classes = files.SelectMany(file => Parse(file.Path, file.Text)).ToArray();
        var sections = classes.Where(each => each.Section is not null).ToDictionary(each => each.Name,
            each => each.Section!);
        return
        [
            .. classes.Select(each => each with
            {
                // One class may have the section of another.
                Section = each.Section is { } section && section.EndsWith(".Section", StringComparison.Ordinal)
                    ? sections[section[..^".Section".Length]]
                    : each.Section,
            }).OrderBy(each => each.Section, StringComparer.Ordinal).ThenBy(each => each.Path, StringComparer.Ordinal),
        ];
    }

    internal static IReadOnlyList<OptionsSource> Parse(string path, string text)
    {
        var classes = new List<OptionsSource>();
        var constants = Constant().Matches(text)
            .ToDictionary(found => found.Groups[1].Value, found => found.Groups[2].Value);
        var (docs, attributes, settings) = (new List<string>(), "", new List<Setting>());
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var code = line.Trim();
            if (code.StartsWith("///", StringComparison.Ordinal)) docs.Add(code[3..].Trim());
            else if (Class().Match(line) is { Success: true } named)
            {
                settings = [];
                classes.Add(new OptionsSource(named.Groups[1].Value, null, path, Prose.Of(docs), settings));
                (docs, attributes) = ([], "");
            }
            else if (SectionOf().Match(line) is { Success: true } section && classes.Count > 0)
            {
                classes[^1] = classes[^1] with { Section = section.Groups[1].Value.Trim('"') };
                docs = [];
            }
            else if (Property().Match(code) is { Success: true } property && classes.Count > 0)
            {
                settings.Add(new Setting(
                    property.Groups[2].Value, property.Groups[1].Value, property.Groups[3].Value,
                        attributes + AttributesIn(code),
                    Prose.Of(docs), constants));
                (docs, attributes) = ([], "");
            }
            else if (code.StartsWith('[') || attributes.Length > 0 && !attributes.EndsWith(']')) attributes += code;
            else if (code.Length == 0 || code.EndsWith(';') || code.StartsWith('{')) (docs, attributes) = ([], "");
        }
        return classes;
    }

    private static string AttributesIn(string code) =>
        code.StartsWith('[') ? code[..code.IndexOf("public ", StringComparison.Ordinal)] : "";

    [GeneratedRegex(@"const string Section = ([^;]+);")]
    private static partial Regex SectionOf();

    [GeneratedRegex(@"const \w+ (\w+) = ([^;]+);")]
    private static partial Regex Constant();

    [GeneratedRegex(@"^(?:public|internal) (?:sealed )?(?:partial )?class (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"^(?:\[.*\] )?public (?:required )?([\w.<>?\[\], ]+) (\w+) \{ get; (?:set|init); \}(?: = (.+);)?")]
    private static partial Regex Property();
}
