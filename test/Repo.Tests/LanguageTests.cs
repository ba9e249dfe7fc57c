using Xunit;

namespace Tessera.Repo.Tests;

public sealed class LanguageTests
{
    public static TheoryData<string> Folders => [.. Repository.Files("en.json")
        .Where(path => path.EndsWith("/Texts/en.json", StringComparison.Ordinal))
        .Select(path => path[..^"en.json".Length])];

    [Fact]
    public void Knows_of_the_texts_of_all_who_write_pages_for_customers() => Assert.Equal(
        ["src/Apps/Web/Texts/", "src/Services/Gateway/Texts/", "src/Services/Users/Texts/"],
        Folders.Select(each => each.Data).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_language_has_the_same_texts(string folder)
    {
        var files = Repository.Files(".json")
            .Where(path => path.StartsWith(folder, StringComparison.Ordinal)).ToArray();
        Assert.True(files.Length >= 4, "English, German, French and Japanese at least.");
        var english = Repository.Read(folder + "en.json");
        Assert.Empty(files.SelectMany(path => LanguageRules.Violations(english, path, Repository.Read(path))));
    }

    [Fact]
    public void The_account_pages_ask_for_every_text_of_theirs_and_for_no_other()
    {
        var sources = Repository.Files(".cs").Concat(Repository.Files(".razor"))
            .Where(path => path.StartsWith("src/Services/Users/", StringComparison.Ordinal)).Select(Repository.Read);
        Assert.Empty(LanguageRules.Strays(
            Repository.Read("src/Services/Users/Texts/en.json"), string.Join('\n', sources),
            "month.", "scope.", "done."));
    }

    [Theory]
    [InlineData("""{"a.b":"one"}""", """Words["a.b"] Words["a.c"]""")]
    [InlineData("""{"a.b":"one"}""", """form.Refuse(Email, "a.b"); form.Refuse(Email, "a.c");""")]
    [InlineData("""{"a.b":"one","a.c":"two"}""", """Words.Format("a.b", 1)""")]
    public void Catches_a_text_that_is_not_there_and_one_that_nobody_asks_for(string english, string source) =>
        Assert.NotEmpty(LanguageRules.Strays(english, source));

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
