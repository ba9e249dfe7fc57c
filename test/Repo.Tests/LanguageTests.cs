using Xunit;

namespace Tessera.Repo.Tests;

public sealed class LanguageTests
{
    private const string Texts = "src/Apps/Web/Texts/";

    [Fact]
    public void Every_language_of_the_storefront_has_the_same_texts()
    {
        var files = Repository.Files(".json").Where(path => path.StartsWith(Texts, StringComparison.Ordinal)).ToArray();
        Assert.True(files.Length >= 4, "English, German, French and Japanese at least.");
        var english = Repository.Read(Texts + "en.json");
        Assert.Empty(files.SelectMany(path => LanguageRules.Violations(english, path, Repository.Read(path))));
    }

    [Theory]
    [InlineData("""{"a":"one {0}"}""", """{}""")]
    [InlineData("""{"a":"one {0}"}""", """{"a":"eins {0}","b":"zwei"}""")]
    [InlineData("""{"a":"one {0}"}""", """{"a":"eins"}""")]
    [InlineData("""{"a":"one {0}"}""", """{"a":" "}""")]
    public void Catches_a_language_that_says_less_more_or_something_else(string english, string other) =>
        Assert.NotEmpty(LanguageRules.Violations(english, "xx.json", other));

    [Fact]
    public void Accepts_places_in_another_order_and_way() =>
        Assert.Empty(LanguageRules.Violations("""{"a":"{0:N0} of {1}"}""", "xx.json", """{"a":"{1}: {0}"}"""));
}
