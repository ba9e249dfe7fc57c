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
    public void Routes_the_service_through_the_gateway_as_it_is()
    {
        var routes = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Services", "Gateway", "Routes.cs"));
        var changed = NewService.AddRoute(routes, "Loyalty");
        Assert.Contains("\"payments\", \"loyalty\"];", changed, StringComparison.Ordinal);
        Assert.Contains("        Route(\"loyalty\", \"/loyalty/{**rest}\", Policies.SignedIn),\n", changed, StringComparison.Ordinal);
    }

    [Fact]
    public void Adds_both_projects_to_the_solution()
    {
        var changed = NewService.AddToSolution(File.ReadAllText(Path.Combine(SourceTree.Root, "Tessera.slnx")), "Loyalty");
        Assert.Contains("src/Services/Loyalty/Loyalty.csproj", changed, StringComparison.Ordinal);
        Assert.Contains("src/Services/Loyalty.Contracts/Loyalty.Contracts.csproj", changed, StringComparison.Ordinal);
    }
}
