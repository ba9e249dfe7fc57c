using k8s.Models;
using Xunit;

namespace Tessera.Delivery.Tests.Manifests;

/// <summary>The policies are read back as who may talk to whom, and compared with what the list says and what the
/// programs do.</summary>
public sealed class NetworkTests(RenderedManifests manifests) : IClassFixture<RenderedManifests>
{
    private const string NameLabel = "app.kubernetes.io/name";

    [Fact]
    public void Who_may_call_and_who_may_be_called_are_the_list()
    {
        var expected = RenderedManifests.Listed
            .SelectMany(process => process.Calls.Select(called => (From: process.Name, To: called)))
            .Order().ToList();
        Assert.Contains(("orders", "catalog"), expected);
        Assert.DoesNotContain(("orders", "payments"), expected);
        var policies = manifests.All<V1NetworkPolicy>(RenderedManifests.Production)
            .Where(policy => RenderedManifests.Listed.Any(process => process.Name == policy.Metadata.Name)).ToList();
        var leaving = policies.SelectMany(policy => (policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? [])
            .Select(peer => NameOf(peer)).OfType<string>().Select(to => (From: policy.Metadata.Name, To: to)));
        var coming = policies.SelectMany(policy => (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty)
            .Select(peer => NameOf(peer)).OfType<string>().Select(from => (From: from, To: policy.Metadata.Name)));
        Assert.Equal(expected, leaving.Order());
        Assert.Equal(expected, coming.Order());
    }

    [Theory]
    [InlineData(RenderedManifests.Local)]
    [InlineData(RenderedManifests.Production)]
    public void Nobody_else_may_talk_to_anybody(string overlay)
    {
        var closed = manifests.One<V1NetworkPolicy>(overlay, "nobody-else").Spec;
        Assert.Null(closed.PodSelector?.MatchLabels);
        Assert.Equal(["Ingress", "Egress"], closed.PolicyTypes);
        Assert.Empty(closed.Ingress ?? []);
        Assert.Empty(closed.Egress ?? []);
    }

    /// <summary>Each client of another service is made by <c>AddServiceClient</c> or the addresses of it.</summary>
    [Fact]
    public void The_list_has_the_calls_that_the_programs_make()
    {
        foreach (var process in RenderedManifests.Listed.Where(process => process.HasMigration))
        {
            var folder = Path.Combine(Cli.Up.SourceTree.Root, "src", "Services", process.Project);
            var made = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => CallPattern.Calls(File.ReadAllText(file))).Distinct()
                .Append("users").Where(called => called != process.Name);
            Assert.Equal(
                made.Distinct().Order(StringComparer.Ordinal), process.Calls.Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Here is itself, and Webhooks brings it events on the embedded broker alone.</summary>
    [Fact]
    public void The_list_has_the_calls_of_services_in_other_languages()
    {
        foreach (var process in RenderedManifests.Listed.Where(process => process.IsForeign))
        {
            var settings = Path.Combine(Cli.Up.SourceTree.Root, process.Folder, "src", "settings");
            var made = Directory.EnumerateFiles(settings).SelectMany(file =>
                CallPattern.ForeignCalls(process.Project, File.ReadAllText(file))).ToHashSet();
            Assert.Equal(["here", "users", "webhooks"], made.Order(StringComparer.Ordinal));
            Assert.Equal(made.Except(["here", "webhooks"]), process.Calls);
        }
    }

    /// <summary>Services in other languages speak HTTP/1.1, which the port for the others does not take.</summary>
    [Fact]
    public void A_service_in_another_language_is_let_to_the_port_for_people_and_asks_there()
    {
        var users = RenderedManifests.Listed.Single(process => process.Name == "users");
        var entry = Assert.Single(
            manifests.One<V1NetworkPolicy>(RenderedManifests.Production, "users").Spec.Ingress,
            rule => rule.FromProperty.Any(peer => NameOf(peer) == "notifications"));
        Assert.Equal([$"{users.Http1}"], entry.Ports.Select(each => each.Port.Value));
        Assert.Equal($"http://users:{users.Http1}/", Assert.Single(
            manifests.All<V1ConfigMap>(RenderedManifests.Production)).Data["Notifications__Users"]);
    }

    [Fact]
    public void A_call_that_the_list_has_not_is_seen() =>
        Assert.Equal(["catalog"], CallPattern.Calls("""builder.AddServiceClient<CatalogClient>("catalog");"""));

    private static string? NameOf(V1NetworkPolicyPeer peer) =>
        peer.PodSelector?.MatchLabels is { } labels && labels.TryGetValue(NameLabel, out var name) ? name : null;
}
