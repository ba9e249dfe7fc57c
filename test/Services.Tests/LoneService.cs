using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>One service as a process, with a pretended Catalog beside it, on one of the databases.</summary>
internal sealed class LoneService : IAsyncDisposable
{
    // A product that may be bought, so that an order comes as far as the database.
    private const string Product = "A1";

    private readonly TemporaryFolder _data;
    private readonly PretendedCatalog _catalog;
    private readonly ServiceProcess _process;
    private readonly HttpClient _http = new();

    private LoneService(TemporaryFolder data, PretendedCatalog catalog, ServiceProcess process, TestTokens tokens)
    {
        (_data, _catalog, _process, Tokens) = (data, catalog, process, tokens);
        Operator = tokens.Operator(Guid.NewGuid());
        Customer = tokens.Customer(Guid.NewGuid());
    }

    public TestTokens Tokens { get; }

    public string Operator { get; }

    public string Customer { get; private set; }

    public string Log => _process.Log;

    public static async Task<LoneService> StartAsync(string name, PostgresServer? postgres)
    {
        var data = new TemporaryFolder("lone");
        var tokens = new TestTokens();
        tokens.WriteKeys(data.Path);
        if (name == "Users") tokens.WriteSigningKey(data.Path);
        var catalog = await PretendedCatalog.StartAsync();
        catalog.Put(Product, 250);
        (string, string)[] database = postgres is null
            ? [("Database:Engine", "sqlite")]
            : [("Database:Engine", "postgres"), ("Database:ConnectionString", await postgres.CreateDatabaseAsync())];
        var process = await ServiceProcess.StartAsync(
            name, data.Path, [("Services:Catalog", catalog.Address), .. database]);
        var service = new LoneService(data, catalog, process, tokens);
        if (name == "Users") await service.RegisterAsync();
        return service;
    }

    /// <summary>What the service offers, as its OpenAPI document says.</summary>
    public async Task<IReadOnlyList<Operation>> OperationsAsync()
    {
        using var document = JsonDocument.Parse(
            await _http.GetStringAsync(new Uri(_process.Address, "/openapi/v1.json")));
        return Operation.All(document.RootElement.Clone());
    }

    public async Task<HttpResponseMessage> SendAsync(Call call, string? token)
    {
        // As written: %2e must not become a dot on the way.
        var address = new Uri(
            _process.Address.GetLeftPart(UriPartial.Authority) + call.Target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(call.Method), address);
        if (!string.IsNullOrEmpty(token)) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (call.Body is not null) request.Content = new StringContent(call.Body, Encoding.UTF8, call.MediaType);
        return await _http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        await _catalog.DisposeAsync();
        Tokens.Dispose();
        _data.Dispose();
    }

    /// <summary>A customer with an account, so that what is said of it comes as far as the database.</summary>
    private async Task RegisterAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_process.Address, "/users/customers"))
        {
            Content = JsonContent.Create(new { customers = new[] { new { reference = "12345" } } }),
        };
        request.Headers.Authorization = new("Bearer", Operator);
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var imported = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var account = imported.GetProperty("customers")[0];
        Customer = Tokens.Customer(account.GetProperty("user").GetGuid());
    }
}
