using System.Text.RegularExpressions;
using Xunit;

namespace Tessera.Repo.Tests;

public sealed partial class LicenceTests
{
    [Fact]
    public void Every_pinned_package_has_an_approved_licence() =>
        Assert.Empty(LicenceRules.Pinned
            .Select(package => (package.Id, Found: LicenceRules.LicenceOf(package.Id, package.Version)))
            .Where(package => package.Found.Restored)
            .Select(package => LicenceRules.Violation(package.Id, package.Found.Licence))
            .OfType<string>());

    [Fact]
    public void Every_package_of_npm_has_an_approved_licence()
    {
        var files = Repository.Files("package-lock.json").ToList();
        Assert.Contains("src/Services/Notifications/package-lock.json", files);
        Assert.Empty(files.SelectMany(file => NpmLicenceRules.Violations(Repository.Read(file))));
    }

    [Theory]
    [InlineData(""", "license": "SSPL-1.0" """, "SSPL-1.0")]
    [InlineData(""", "license": "UNLICENSED" """, "UNLICENSED")]
    [InlineData(""", "license": { "type": "MIT" } """, "unknown")]
    [InlineData("", "unknown")]
    public void Catches_a_package_of_npm_without_an_approved_licence(string licence, string told)
    {
        var file =
            """{ "lockfileVersion": 3, "packages": { "": { "name": "ours" }, "node_modules/a/node_modules/@b/c": { """ +
            $"\"version\": \"1.2.3\"{licence}" +
            """}, "node_modules/d": { "version": "1.0.0", "license": "ISC" } } }""";
        var violation = Assert.Single(NpmLicenceRules.Violations(file));
        Assert.Contains($"@b/c@1.2.3 has the licence '{told}'", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void Catches_a_lock_file_that_names_no_licences() => Assert.Single(
        NpmLicenceRules.Violations("""{ "lockfileVersion": 2, "packages": { } }"""));

    [Fact]
    public void No_project_pins_a_version_of_its_own() =>
        Assert.DoesNotContain(Repository.Files(".csproj"), path => OwnVersion().IsMatch(Repository.Read(path)));

    [GeneratedRegex(@"<PackageReference[^>]*\bVersion=")]
    private static partial Regex OwnVersion();

    [Theory]
    [InlineData("RPL-1.5")]
    [InlineData(null)]
    public void Catches_a_package_without_an_approved_licence(string? licence) =>
        Assert.NotNull(LicenceRules.Violation("Some.Package", licence));
}
