using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Testing;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>The store as a client sees it: HTTP, through the gateway.</summary>
internal sealed class Shop : IDisposable
{
    private const string Password = "correct horse battery";

    /// <summary>Before a token ends, which it does after 15 minutes: all tests of a store may take longer.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(8);

    private readonly string _data;
    private long _signedInAt = Stopwatch.GetTimestamp();

    private Shop(HttpClient http, string data, string @operator)
    {
        (Http, _data) = (http, data);
        Operator = @operator;
    }

    public HttpClient Http { get; }

    /// <summary>The operator's token.</summary>
    public string Operator { get; private set; }

    public static async Task<Shop> OpenAsync(int port, string data)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        };
        return new Shop(http, data, await SignInOperatorAsync(http, data));
    }

    public async Task<string> NewBuyerAsync()
    {
        var email = $"buyer-{Guid.NewGuid():N}@example.com";
        using var registered = await Http.PostAsJsonAsync("/api/v1/users", new RegisterUserRequest(email, Password));
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync());
        return await SignInAsync(Http, _data, email, Password, "web");
    }

    /// <summary>An account that is there, at the storefront.</summary>
    public Task<string> SignInAsync(string email, string password) =>
        SignInAsync(Http, _data, email, password, "web");

    /// <summary>A product of a new code, on the shelf.</summary>
    public async Task<string> NewProductAsync(int stock = 100, long priceMinor = 250)
    {
        var sku = $"T{Guid.NewGuid():N}"[..16].ToUpperInvariant();
        var product = new ImportProductsRequest([new ImportedProduct(sku, "Test " + sku, priceMinor)]);
        await SendAsync(HttpMethod.Post, "/api/v1/products/import", product, Operator);
        var receipt = new ReceiveManyRequest([new ReceiptLine(sku, stock)]);
        if (stock > 0)
        {
            await SendAsync(HttpMethod.Post, "/api/v1/stock/receipts", receipt, Operator, Guid.NewGuid().ToString());
        }
        return sku;
    }

    public Task<HttpResponseMessage> TryPlaceAsync(string buyer, object body, string? key = null) =>
        TryAsync(HttpMethod.Post, "/api/v1/orders", body, buyer, key ?? Guid.NewGuid().ToString());

    public async Task<OrderView> PlaceAsync(
        string buyer, string sku, int quantity = 1, string? payment = null, string? key = null)
    {
        using var response = await TryPlaceAsync(
            buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, quantity)], payment), key);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<OrderView>())!;
    }

    public Task<OrderView> OrderAsync(string buyer, Guid id) => GetAsync<OrderView>($"/api/v1/orders/{id}", buyer);

    public Task<PaymentView> PaymentAsync(string buyer, Guid order) =>
        GetAsync<PaymentView>($"/api/v1/payments/orders/{order}", buyer);

    public Task<StockView> StockAsync(string sku) => GetAsync<StockView>($"/api/v1/stock/{sku}", Operator);

    public async Task<OrderView> BecomesAsync(string buyer, Guid order, string state, TimeSpan? bound = null)
    {
        OrderView? seen = null;
        await Eventually.HoldsAsync($"the order {order} becomes {state}; it is {seen?.State}", async () =>
        {
            seen = await OrderAsync(buyer, order);
            return seen.State == state;
        }, bound ?? TimeSpan.FromMinutes(2));
        return seen!;
    }

    public async Task<T> GetAsync<T>(string path, string token)
    {
        using var response = await TryAsync(HttpMethod.Get, path, null, token);
        Assert.True(response.IsSuccessStatusCode,
            $"GET {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }

    public async Task SendAsync(HttpMethod method, string path, object? body, string token, string? key = null)
    {
        using var response = await TryAsync(method, path, body, token, key);
        Assert.True(response.IsSuccessStatusCode,
            $"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    public async Task<HttpResponseMessage> TryAsync(
        HttpMethod method, string path, object? body, string? token, string? key = null)
    {
        if (token == Operator && Stopwatch.GetElapsedTime(_signedInAt) > RenewAfter)
        {
            _signedInAt = Stopwatch.GetTimestamp();
            token = Operator = await SignInOperatorAsync(Http, _data);
        }
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (body is not null) request.Content = body as HttpContent ?? JsonContent.Create(body);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Http.Dispose();

    private static async Task<string> SignInOperatorAsync(HttpClient http, string data)
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(data, "operator.json")));
        var email = file.RootElement.GetProperty("email").GetString()!;
        var password = file.RootElement.GetProperty("password").GetString()!;
        return await SignInAsync(http, data, email, password, "console");
    }

    /// <summary>As people do: at the page, for the storefront or the console.</summary>
    private static async Task<string> SignInAsync(
        HttpClient http, string data, string email, string password, string client)
    {
        using var person = new PersonSignIn(http.BaseAddress!, data, http.BaseAddress!);
        return (await person.SignInAsync(email, password, client)).Access;
    }
}
