using System.Text.Json;
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
        Directory.CreateDirectory(root.File("src/Services/Gateway"));
        foreach (var file in new[] { "Tessera.slnx", "src/Services/Gateway/routes.json", "src/Services/shop.json" })
            File.Copy(Path.Combine(SourceTree.Root, file), root.File(file));
        NewService.Make(root.Path, "Loyalty");
        var written = Directory.EnumerateFiles(root.File("src/Services/Loyalty"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(root.File("src/Services/Loyalty.Contracts"))).ToList();
        Assert.Equal(10, written.Count);
        Assert.All(written, file => Assert.DoesNotContain("__", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Throws<UserError>(() => NewService.Make(root.Path, "Loyalty"));
    }

    [Fact]
    public void Routes_the_service_through_the_gateway_as_it_is()
    {
        var routes = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Services", "Gateway", "routes.json"));
        using var changed = JsonDocument.Parse(NewService.AddRoute(routes, "Loyalty"));
        var route = changed.RootElement.GetProperty("routes").EnumerateArray()
            .Single(route => route.GetProperty("service").GetString() == "loyalty");
        Assert.Equal(("/api/v1/loyalty/{**rest}", "signed-in"),
            (route.GetProperty("path").GetString(), route.GetProperty("policy").GetString()));
    }

    [Fact]
    public void Lists_the_service_with_ports_that_no_other_has()
    {
        var changed = NewService.AddToShop(File.ReadAllText(SourceTree.ShopList), "Loyalty");
        using var root = Some.Folder();
        File.WriteAllText(root.File("shop.json"), changed);
        Assert.Equal(
            [.. SourceTree.Services().SkipLast(1), "Loyalty", "Gateway"],
            SourceTree.ListedServices(root.File("shop.json")));
        using var list = JsonDocument.Parse(changed);
        var ports = list.RootElement.GetProperty("services").EnumerateArray()
            .Select(service => service.GetProperty("http1").GetInt32()).ToArray();
        Assert.Equal(ports.Length, ports.Distinct().Count());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    public void Changes_no_list_that_is_not_as_expected(string list)
    {
        Assert.Throws<UserError>(() => NewService.AddRoute(list, "Loyalty"));
        Assert.Throws<UserError>(() => NewService.AddToShop(list, "Loyalty"));
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
