using Xunit;

namespace Tessera.Repo.Tests;

public sealed class PatternTests
{
    [Fact]
    public void Patterns_end_where_the_text_ends() =>
        Assert.Empty(Repository.Files(".cs")
            .Where(path => !path.EndsWith(nameof(PatternTests) + ".cs", StringComparison.Ordinal))
            .SelectMany(path => PatternRules.Violations(path, Repository.Read(path))));

    [Theory]
    [InlineData("[GeneratedRegex(\"^[A-Z]+$\")] partial Regex A();")]
    [InlineData("[GeneratedRegex(@\"^(a|b$)\", RegexOptions.IgnoreCase)] partial Regex A();")]
    [InlineData("var fits = new Regex(\"^[A-Z]+$\");")]
    [InlineData("return Regex.IsMatch(text, \"^[A-Z]+$\");")]
    public void Catches_a_pattern_that_lets_a_line_break_pass(string code) =>
        Assert.NotEmpty(PatternRules.Violations("A.cs", code));

    [Theory]
    [InlineData("[GeneratedRegex(@\"^[A-Z]+\\z\")] partial Regex A();")]
    [InlineData("[GeneratedRegex(@\"^[A-Z]+$\", RegexOptions.Multiline)] partial Regex A();")]
    [InlineData("return Regex.IsMatch(text, $\"^{name}\");")]
    [InlineData("[property: RegularExpression(\"^[A-Z]+$\")] string Sku")]
    public void Accepts_what_does_not(string code) => Assert.Empty(PatternRules.Violations("A.cs", code));
}
