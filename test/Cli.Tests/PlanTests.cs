using System.Text.Json;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class PlanTests
{
    private static readonly string[] _projects = ["Users", "Catalog", "Inventory", "Orders", "Payments", "Gateway"];

    [Fact]
    public void Starts_what_the_shop_s_list_has_on_its_ports()
    {
        var plan = Plan.Make(SourceTree.Services(), Some.Settings(), Some.Ports());
        using var list = JsonDocument.Parse(File.ReadAllText(SourceTree.ShopList));
        var listed = list.RootElement.GetProperty("services").EnumerateArray().Select(service =>
            (service.GetProperty("name").GetString()!, service.GetProperty("http1").GetInt32()));
        Assert.Equal(listed.Order(), plan.Instances.Select(instance => (instance.Project, instance.Http1)).Order());
    }

    [Fact]
    public void Lists_exactly_the_projects_that_are_processes()
    {
        var source = Path.Combine(SourceTree.Root, "src");
        var processes =
            from room in new[] { "Services", "Apps" }
            from folder in Directory.EnumerateDirectories(Path.Combine(source, room))
            let program = Path.Combine(folder, "Program.cs")
            where File.Exists(program)
                && File.ReadAllText(program).Contains(".RunServiceAsync()", StringComparison.Ordinal)
            select Path.GetFileName(folder);
        Assert.Equal(processes.Order(), SourceTree.Services().Order());
    }

    [Fact]
    public void Gives_each_service_the_port_that_the_documents_name()
    {
        var plan = Plan.Make(_projects, Some.Settings(), Some.Ports());
        Assert.Equal(
            [
                "users 8081 9081", "catalog 8082 9082", "inventory 8083 9083",
                "orders 8084 9084", "payments 8085 9085", "gateway 8080 9080",
            ],
            plan.Instances.Select(instance => $"{instance.Name} {instance.Http1} {instance.Http2}"));
        Assert.Empty(plan.Moved);
    }

    [Fact]
    public void Moves_a_service_whose_port_is_taken_and_says_so()
    {
        var plan = Plan.Make(_projects, Some.Settings(), Some.Ports(8080, 8081));
        Assert.Equal(8082, plan.Gateway.Http1);
        var ports = plan.Instances.Where(instance => instance.Service != "gateway")
            .SelectMany(instance => new[] { instance.Http1, instance.Http2 }).ToList();
        Assert.Equal(ports.Count, ports.Append(8082).Distinct().Count() - 1);
        Assert.Contains("gateway is on port 8082: 8080 is taken", plan.Moved);
    }

    [Fact]
    public void Gives_a_second_replica_its_own_name_and_ports_and_leaves_the_others_theirs()
    {
        var settings = Some.Settings() with { Replicas = new Dictionary<string, int> { ["orders"] = 2 } };
        var plan = Plan.Make(_projects, settings, Some.Ports());
        Assert.Equal(["orders", "orders-2"],
            plan.Instances.Where(instance => instance.Service == "orders").Select(instance => instance.Name));
        Assert.Equal(8085, plan.Instances.Single(instance => instance.Name == "payments").Http1);
    }

    [Fact]
    public void Gives_several_gateways_one_address_and_each_a_port_of_its_own()
    {
        Assert.SkipUnless(SharedAddress.IsPossible, "Windows hands no sockets down.");
        var settings = Some.Settings() with { Replicas = UpSettings.ParseReplicas(["gateway=3"], ["gateway"]) };
        var gateways = Plan.Make(_projects, settings, Some.Ports()).Instances
            .Where(instance => instance.IsGateway).ToList();
        Assert.Equal(["gateway", "gateway-2", "gateway-3"], gateways.Select(gateway => gateway.Name));
        Assert.All(gateways, gateway => Assert.Equal(8080, gateway.Http1));
        Assert.Equal(3, gateways.Select(gateway => gateway.OwnAddress).Distinct().Count());
    }

    [Fact]
    public void Has_an_encrypted_address_where_it_is_asked_for_and_keeps_it()
    {
        Assert.Null(Plan.Make(_projects, Some.Settings(), Some.Ports()).Encrypted);
        var settings = Some.Settings() with { Https = true };
        Assert.Equal("https://localhost:8443", Plan.Make(_projects, settings, Some.Ports()).Encrypted);
        var moved = Plan.Make(_projects, settings, Some.Ports(8443));
        Assert.Equal("https://localhost:8444", moved.Encrypted);
        Assert.Contains("https is on port 8444: 8443 is taken", moved.Moved);
        Assert.Equal(
            "https://localhost:8443", Plan.Make(_projects, settings, Some.Ports(8443), 8080, 8443).Encrypted);
    }

    [Fact]
    public void Keeps_ports_for_foreign_services_well_above_unless_they_are_left_out()
    {
        var foreign = SourceTree.Foreign();
        var plan = Plan.Make(_projects, Some.Settings(), Some.Ports(), foreign: foreign);
        using var list = JsonDocument.Parse(File.ReadAllText(SourceTree.ShopList));
        var listed = list.RootElement.GetProperty("foreign").EnumerateArray().Select(each => (
            each.GetProperty("name").GetString()!, each.GetProperty("http1").GetInt32(),
            each.GetProperty("http2").GetInt32())).ToList();
        Assert.NotEmpty(listed);
        Assert.Equal(listed, plan.Foreign.Select(each => (each.Project, each.Http1, each.Http2)));
        Assert.Equal(_projects.Length, plan.Instances.Count);
        var without = Some.Settings() with { Without = [.. foreign.Select(each => each.Name)] };
        Assert.Empty(Plan.Make(_projects, without, Some.Ports(), foreign: foreign).Foreign);
    }

    [Fact]
    public void Says_when_no_port_is_free() =>
        Assert.Throws<UserError>(() => Plan.Make(_projects, Some.Settings(), Some.NoPorts()));

    [Theory]
    [InlineData("orders")]
    [InlineData("orders=0")]
    [InlineData("orders=9")]
    [InlineData("orders=two")]
    [InlineData("nobody=2")]
    public void Refuses_replicas_that_make_no_sense(string text)
    {
        var error = Assert.Throws<UserError>(() => UpSettings.ParseReplicas([text], ["orders", "gateway"]));
        Assert.Equal(ExitCodes.Usage, error.ExitCode);
    }

    [Fact]
    public void Reads_replicas_of_several_services() => Assert.Equal(
        new Dictionary<string, int> { ["orders"] = 2, ["users"] = 3 },
        UpSettings.ParseReplicas(["orders=2, users=3"], ["orders", "users"]));
}
