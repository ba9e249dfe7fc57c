using System.Text.Json.Nodes;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.Services.Tests;

/// <summary>The OpenAPI document of the whole, as the gateway serves it.</summary>
[Collection(nameof(EveryService))]
public sealed class WholeDocumentTests(WholeDocument whole) : IClassFixture<WholeDocument>
{
    [Fact]
    public void Has_every_operation_of_every_service_once_and_says_who_may()
    {
        var rows = whole.Names.SelectMany(
            service => Access.Of(service).Select(row => (Name: AtGateway(service, row.Key), row.Value.Who))).ToArray();
        var operations = whole.Operations();
        Assert.Equal(rows.Select(row => row.Name).Order(StringComparer.Ordinal),
            operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));
        foreach (var operation in operations)
        {
            var who = rows.Single(row => row.Name == operation.Name).Who;
            Assert.True(operation.NeedsToken == (who != Who.Anyone), $"{operation} is said to be for others");
        }
    }

    [Fact]
    public async Task Is_served_from_what_is_known_when_the_services_are_away() =>
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(whole.Text), JsonNode.Parse(await whole.ReadWithoutServicesAsync())));

    [Fact]
    public void Refers_to_nothing_that_is_not_there()
    {
        var document = JsonNode.Parse(whole.Text)!.AsObject();
        var references = References(document).ToArray();
        Assert.NotEmpty(references);
        foreach (var reference in references)
        {
            var at = reference.TrimStart('#', '/').Split('/')
                .Aggregate((JsonNode?)document, (node, name) => node?[name]);
            Assert.True(at is not null, reference);
        }
    }

    [Fact]
    public async Task Passes_the_linter()
    {
        var folder = await NodePackages.InstallAsync("Services.Tests/OpenApi");
        using var temporary = new TemporaryFolder("lint");
        var file = Path.Combine(temporary.Path, "openapi.json");
        await File.WriteAllTextAsync(file, whole.Text, TestContext.Current.CancellationToken);
        var (code, output) = await NodePackages.RunAsync(folder, Path.Combine("node_modules", ".bin", "spectral"),
            ["lint", file, "--ruleset", "spectral.yaml", "--fail-severity", "warn", "--quiet"]);
        Assert.True(code == 0, output);
    }

    private static string AtGateway(string service, string operation) => operation.Replace(
        " /", operation.Contains(" /messaging/", StringComparison.Ordinal)
            ? $" /api/v1/services/{service.ToLowerInvariant()}/"
            : " /api/v1/", StringComparison.Ordinal);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(member => member is { Key: "$ref", Value: JsonValue to }
            ? [to.GetValue<string>()]
            : References(member.Value)),
        JsonArray many => many.SelectMany(References),
        _ => [],
    };
}
