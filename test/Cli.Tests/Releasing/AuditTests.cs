using Tessera.Cli.Releasing;
using Xunit;

namespace Tessera.Cli.Tests.Releasing;

/// <summary>What <c>dotnet list package --vulnerable</c> says, in its own form.</summary>
public sealed class AuditTests
{
    [Fact]
    public void Names_each_vulnerable_package_and_how_bad_it_is()
    {
        var audit = Audit.Read(
            """
            { "version": 1, "projects": [{ "path": "Orders.csproj", "frameworks": [{ "framework": "net10.0",
              "topLevelPackages": [{ "id": "A", "resolvedVersion": "1.0.0",
                "vulnerabilities": [{ "severity": "Moderate", "advisoryurl": "https://example.org/1" }] }],
              "transitivePackages": [{ "id": "B", "resolvedVersion": "2.0.0",
                "vulnerabilities": [{ "severity": "High", "advisoryurl": "https://example.org/2" }] }] }] }] }
            """, "");
        Assert.Equal(["A 1.0.0 Moderate https://example.org/1", "B 2.0.0 High https://example.org/2"], audit.Lines);
        Assert.Equal(["Moderate", "High"], audit.Worst);
        Assert.Null(audit.Unknown);
    }

    [Fact]
    public void Says_so_when_nothing_is_known_to_be_vulnerable()
    {
        var audit = Audit.Read("""{ "version": 1, "projects": [{ "path": "Orders.csproj" }] }""", "");
        Assert.Equal("no package is known to be vulnerable", Assert.Single(audit.Lines));
        Assert.Null(audit.Unknown);
    }

    [Theory]
    [InlineData("""{ "problems": [{ "text": "The source is away." }], "projects": [] }""", "", "The source is away.")]
    [InlineData("error: Unable to load the service index", "", "error: Unable to load the service index")]
    [InlineData("", "", "dotnet list said nothing")]
    public void Never_takes_silence_for_good_news(string json, string errors, string why)
    {
        var audit = Audit.Read(json, errors);
        Assert.Equal(why, audit.Unknown);
        Assert.Empty(audit.Lines);
    }
}
