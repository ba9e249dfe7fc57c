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
