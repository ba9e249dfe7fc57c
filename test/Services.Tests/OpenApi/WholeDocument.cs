using System.Text.Json;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>What the gateway says of the whole.</summary>
public sealed class WholeDocument(EveryService services) : IAsyncLifetime
{
    public string Text { get; private set; } = "";

    internal IEnumerable<string> Names => services.Names;

    public async ValueTask InitializeAsync() => Text = await ReadAsync(services.Gateway);

    /// <summary>The document as a gateway gives it that has never met a service.</summary>
    public async Task<string> ReadWithoutServicesAsync()
    {
        await using var another = await services.StartGatewayAsync("http://127.0.0.1:9");
        return await ReadAsync(another);
    }

    internal IReadOnlyList<Operation> Operations()
    {
        using var document = JsonDocument.Parse(Text);
        return Operation.All(document.RootElement.Clone());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<string> ReadAsync(ServiceProcess gateway)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(gateway.Address, "/openapi/v1.json"));
    }
}
