using Tessera.Cli.Scaffolding;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class NewServiceTests
{
    [Theory]
    [InlineData("loyalty")]
    [InlineData("Lo")]
    [InlineData("Loyalty Points")]
    [InlineData("../Evil")]
    [InlineData("LoyaltyContracts")]
    [InlineData("ORDERS")]
    public void Refuses_a_name_that_cannot_be_or_is_taken(string name) =>
        Assert.Throws<UserError>(() => NewService.Make(SourceTree.Root, name));

    [Fact]
    public void Writes_every_file_of_the_service_with_its_name_filled_in()
    {
        using var root = Some.Folder();
        var routes = Path.Combine("src", "Services", "Gateway", "Routes.cs");
        Directory.CreateDirectory(Path.GetDirectoryName(root.File(routes))!);
        foreach (var file in new[] { "Tessera.slnx", routes })
            File.Copy(Path.Combine(SourceTree.Root, file), root.File(file));
        NewService.Make(root.Path, "Loyalty");
        var written = Directory.EnumerateFiles(root.File("src/Services/Loyalty"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(root.File("src/Services/Loyalty.Contracts"))).ToList();
        Assert.Equal(9, written.Count);
        Assert.All(written, file => Assert.DoesNotContain("__", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Throws<UserError>(() => NewService.Make(root.Path, "Loyalty"));
    }

    [Fact]
    public void Routes_the_service_through_the_gateway_as_it_is()
    {
        var routes = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Services", "Gateway", "Routes.cs"));
        var changed = NewService.AddRoute(routes, "Loyalty");
        Assert.Contains("\"payments\", \"loyalty\"];", changed, StringComparison.Ordinal);
        Assert.Contains(
            "        Route(\"loyalty\", \"/loyalty/{**rest}\", Policies.SignedIn),\n",
            changed, StringComparison.Ordinal);
    }

    [Fact]
    public void Adds_both_projects_to_the_solution()
    {
        var changed = NewService.AddToSolution(
            File.ReadAllText(Path.Combine(SourceTree.Root, "Tessera.slnx")), "Loyalty");
        Assert.Contains("src/Services/Loyalty/Loyalty.csproj", changed, StringComparison.Ordinal);
        Assert.Contains("src/Services/Loyalty.Contracts/Loyalty.Contracts.csproj", changed, StringComparison.Ordinal);
    }
}
