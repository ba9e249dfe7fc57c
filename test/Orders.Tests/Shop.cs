using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Orders.Tests;

/// <summary>Orders, Inventory and Payments as three processes over the embedded broker, and
/// a pretended Catalog.</summary>
public class Shop : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new("shop");
    private readonly TestTokens _tokens = new();
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, ServiceProcess> _services = [];

    public PretendedCatalog Catalog { get; private set; } = null!;

    public Guid Operator { get; } = Guid.NewGuid();

    public Uri Orders => _services["Orders"].Address;

    public string LogOf(string service) => _services[service].Log;

    public virtual async ValueTask InitializeAsync()
    {
        _tokens.WriteKeys(_folder.Path);
        Catalog = await PretendedCatalog.StartAsync();
        await Task.WhenAll(StartAsync("Orders"), StartAsync("Inventory"), StartAsync("Payments"));
    }

    public async Task StartAsync(string service)
    {
        var started = await ServiceProcess.StartAsync(
            service, _folder.Path,
            [
                ("Services:Catalog", Catalog.Address), ("Payments:Simulated:SlowDelay", "00:00:02"),
                .. await DatabaseOfAsync(service),
            ]);
        lock (_services) _services[service] = started;
    }

    public Task KillAsync(string service) => _services[service].KillAsync();

    /// <summary>A product with a price and a stock.</summary>
    public async Task<string> ProductAsync(int stock = 100, long priceMinor = 250)
    {
        var sku = "P-" + Guid.NewGuid().ToString("N")[..12].ToUpperInvariant();
        Catalog.Put(sku, priceMinor);
        using var received = await SendAsync(
            "Inventory", HttpMethod.Post, $"/stock/{sku}/receipts",
            _tokens.Operator(Operator), new ReceiveStockRequest(stock), sku);
        received.EnsureSuccessStatusCode();
        return sku;
    }

    public async Task<OrderView> PlaceAsync(Guid buyer, string sku, int quantity = 1, string? method = null)
    {
        using var answer = await TryPlaceAsync(buyer, new PlaceOrderRequest([new(sku, quantity)], method));
        Assert.Equal(201, (int)answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<OrderView>())!;
    }

    public Task<HttpResponseMessage> TryPlaceAsync(Guid buyer, object request, string? key = null) =>
        SendAsync(
            "Orders", HttpMethod.Post, "/orders", _tokens.Customer(buyer), request, key ?? Guid.NewGuid().ToString());

    public Task<HttpResponseMessage> ReceiveAsync(Guid user, string path, object body, string? key, bool asOperator) =>
        SendAsync(
            "Inventory", HttpMethod.Post, path,
            asOperator ? _tokens.Operator(user) : _tokens.Customer(user), body, key);

    public Task<HttpResponseMessage> GetWithoutTokenAsync(string service, string path) =>
        _http.GetAsync(new Uri(_services[service].Address, path));

    /// <summary>A body as it is, or none, with any header.</summary>
    public async Task<HttpResponseMessage> PostTextAsync(
        string path, Guid buyer, string? body, string mediaType = "application/json", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Orders, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens.Customer(buyer));
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        return await _http.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string service, Guid user, string path, bool asOperator = false) =>
        SendAsync(service, HttpMethod.Get, path, asOperator ? _tokens.Operator(user) : _tokens.Customer(user));

    public Task<HttpResponseMessage> PostAsync(string service, Guid user, string path, bool asOperator = false) =>
        SendAsync(service, HttpMethod.Post, path, asOperator ? _tokens.Operator(user) : _tokens.Customer(user));

    public Task<HttpResponseMessage> SendAsOperatorAsync(HttpMethod method, string path, object body) =>
        SendAsync("Orders", method, path, _tokens.Operator(Operator), body);

    public async Task<OrderView> ReadAsync(Guid buyer, Guid order)
    {
        using var answer = await GetAsync("Orders", buyer, $"/orders/{order}");
        return (await answer.Content.ReadFromJsonAsync<OrderView>())!;
    }

    public async Task<OrderView> UntilAsync(Guid buyer, Guid order, string state)
    {
        OrderView? view = null;
        await Eventually.HoldsAsync($"the order {order} is {state}", async () =>
            (view = await ReadAsync(buyer, order)).State == state);
        return view!;
    }

    public async Task<PaymentView?> PaymentAsync(Guid buyer, Guid order)
    {
        using var answer = await GetAsync("Payments", buyer, $"/payments/orders/{order}");
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<PaymentView>() : null;
    }

    public async Task<StockView> StockAsync(string sku)
    {
        using var answer = await GetAsync("Inventory", Operator, $"/stock/{sku}", asOperator: true);
        return (await answer.Content.ReadFromJsonAsync<StockView>())!;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var service in _services.Values) await service.DisposeAsync();
        if (Catalog is not null) await Catalog.DisposeAsync();
        _http.Dispose();
        _tokens.Dispose();
        _folder.Dispose();
    }

    /// <summary>The settings of the service's database; none of them for a SQLite file.</summary>
    protected virtual Task<(string Key, string Value)[]> DatabaseOfAsync(string service) =>
        Task.FromResult<(string, string)[]>([]);

    private async Task<HttpResponseMessage> SendAsync(
        string service, HttpMethod method, string path, string token, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_services[service].Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (body is not null) request.Content = JsonContent.Create(body);
        return await _http.SendAsync(request);
    }
}
