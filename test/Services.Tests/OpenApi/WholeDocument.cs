using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>All services and a gateway, for what the gateway says of the whole.</summary>
public sealed class WholeDocument : IAsyncLifetime
{
    internal static readonly string[] Names =
        ["Baskets", "Catalog", "Inventory", "Orders", "Payments", "Users", "Webhooks"];
    private readonly TemporaryFolder _data = new("whole");
    private readonly TestTokens _tokens = new();
    private readonly Dictionary<string, ServiceProcess> _services = [];
    private ServiceProcess? _gateway;

    public string Text { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _tokens.WriteKeys(_data.Path);
        _tokens.WriteSigningKey(_data.Path);
        foreach (var name in Names) _services[name] = await ServiceProcess.StartAsync(name, _data.Path);
        _gateway = await StartGatewayAsync();
        Text = await ReadAsync(_gateway);
    }

    /// <summary>The document as a gateway gives it that has never met a service.</summary>
    public async Task<string> ReadWithoutServicesAsync()
    {
        await using var another = await StartGatewayAsync("http://127.0.0.1:9");
        return await ReadAsync(another);
    }

    internal IReadOnlyList<Operation> Operations()
    {
        using var document = JsonDocument.Parse(Text);
        return Operation.All(document.RootElement.Clone());
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var service in _services.Values) await service.DisposeAsync();
        _tokens.Dispose();
        _data.Dispose();
    }

    private Task<ServiceProcess> StartGatewayAsync(string? instead = null) => ServiceProcess.StartAsync(
        "Gateway", _data.Path,
        [.. Names.Select(name => ($"Services:{name}", instead ?? _services[name].Http2Address.AbsoluteUri))]);

    private static async Task<string> ReadAsync(ServiceProcess gateway)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(gateway.Address, "/openapi/v1.json"));
    }
}
