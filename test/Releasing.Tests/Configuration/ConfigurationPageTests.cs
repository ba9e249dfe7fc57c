using System.Text.RegularExpressions;
using Tessera.Releasing.Configuration;

namespace Tessera.Releasing.Tests.Configuration;

public sealed partial class ConfigurationPageTests
{
    private static readonly Repository repository = new(Here.Root);
    private static readonly string page = ConfigurationPage.Make(repository);

    [Fact]
    public void Is_what_the_classes_of_options_say() => // Else: ./tessera configuration-file
        Assert.Equal(page, File.ReadAllText(repository.PathOf(ConfigurationPage.Path)).ReplaceLineEndings("\n"));

    [Fact]
    public void Says_of_a_key_its_type_its_default_its_bounds_and_what_it_does() => Assert.Contains(
        "| `Orders:StockTimeout` | time | `00:15:00` | 00:00:01 to 1.00:00:00 | How long a placed order waits for "
        + "Inventory's answer before it is cancelled. |", page, StringComparison.Ordinal);

    [Fact]
    public void Has_every_property_that_a_class_of_options_can_be_set_by()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Here.Root, "src"), "*.cs",
            SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            if (!text.Contains("const string Section = ", StringComparison.Ordinal)) continue;
            foreach (Match property in Settable().Matches(text))
                Assert.Contains($":{property.Groups[1].Value}", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Has_every_key_that_code_reads_by_its_name()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Here.Root, "src"), "*.cs",
            SearchOption.AllDirectories))
        {
            foreach (Match key in Key().Matches(File.ReadAllText(file)))
                Assert.Contains(key.Groups[1].Value, page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_something_of_most_keys_and_leaves_no_code_in_any_cell()
    {
        var rows = page.Split('\n').Where(row => row.StartsWith("| `", StringComparison.Ordinal)).ToArray();
        Assert.InRange(rows.Length, 100, 1000);
        Assert.All(rows, row => Assert.DoesNotMatch(@"TimeSpan\.|new\(|</?\w+>|\bcref\b", row));
    }

    [GeneratedRegex(@"public (?:required )?[\w.<>?\[\], ]+ (\w+) \{ get; (?:set|init); \}")]
    private static partial Regex Settable();

    [GeneratedRegex(@"\w\[""([A-Z]\w+(?::[A-Z]\w+)+)""\]")]
    private static partial Regex Key();
}
