using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>The real gateway before stub services. Users is away all the time: the keys come from the file.</summary>
public class GatewayProcess : IAsyncLifetime
{
    private const string Nobody = "http://127.0.0.1:9";
    private readonly TemporaryFolder _data = new("gateway");
    private ServiceProcess? _service;

    public TestTokens Tokens { get; } = new();

    public string Data => _data.Path;

    public HttpClient Client { get; private set; } = null!;

    public StubService Orders { get; private set; } = null!;

    public StubService Web { get; private set; } = null!;

    public StubService[] Inventory { get; private set; } = [];

    /// <summary>The second address, where the settings give it one.</summary>
    public Uri OwnAddress => _service!.Http2Address;

    public string Log => _service!.Log;

    public string Customer => Tokens.Customer(Guid.Parse("01939d3e-2222-7000-8000-000000000002"));

    public string Operator => Tokens.Operator(Guid.Parse("01939d3e-1111-7000-8000-000000000001"));

    protected virtual (string Key, string Value)[] Settings => [];

    protected virtual Task<StubService> StartOrdersAsync() => StubService.StartAsync("orders");

    public async ValueTask InitializeAsync()
    {
        Tokens.WriteKeys(_data.Path);
        Orders = await StartOrdersAsync();
        Web = await StubService.StartAsync("web");
        Inventory = [await StubService.StartAsync("inventory-1"), await StubService.StartAsync("inventory-2")];
        _service = await ServiceProcess.StartAsync("Gateway", _data.Path,
        [
            ("Services:Catalog", Orders.Address), // Any stub will do.
            ("Services:Inventory", $"{Inventory[0].Address},{Inventory[1].Address}"),
            ("Services:Notifications", Nobody),
            ("Services:Orders", Orders.Address),
            ("Services:Payments", Nobody),
            ("Services:Web", Web.Address),
            ("Gateway:UpstreamTimeout", "00:00:02"),
            ("Gateway:ProbeInterval", "00:00:00.500"),
            .. Settings,
        ]);
        Client = new HttpClient { BaseAddress = _service.Address };
    }

    public async Task<HttpResponseMessage> SendAsync(
        string method, string path, string? token = null,
        object? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        if (content is not null) request.Content = JsonContent.Create(content, content.GetType());
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request);
    }

    public static async Task<Echo> EchoAsync(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        var echo = (await response.Content.ReadFromJsonAsync<Echo>())!;
        return echo with { Headers = new Dictionary<string, string>(echo.Headers, StringComparer.OrdinalIgnoreCase) };
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
        if (Orders is not null) await Orders.DisposeAsync();
        if (Web is not null) await Web.DisposeAsync();
        foreach (var stub in Inventory) await stub.DisposeAsync();
        Tokens.Dispose();
        _data.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A gateway that continues the traces of this machine's clients.</summary>
public sealed class TrustingGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings => [("Gateway:TrustTraceparentFrom:0", "127.0.0.0/8")];
}

/// <summary>A gateway that lets little through.</summary>
public sealed class StrictGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
        [("Gateway:CustomerPerSecond", "1"), ("Gateway:AnonymousPerSecond", "1"), ("Gateway:SignInsPerSecond", "1")];
}
