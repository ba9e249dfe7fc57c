using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.ServiceDefaults;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>One service as a process, with a pretended Catalog beside it, on one of the databases; asked at its own
/// port, or at a gateway before it.</summary>
internal sealed class LoneService : IAsyncDisposable
{
    // A product that may be bought, so that an order comes as far as the database.
    private const string Product = "A1";

    private readonly TemporaryFolder _data;
    private readonly PretendedCatalog _catalog;
    private readonly ServiceProcess _process;
    private readonly string _name;
    private ServiceProcess? _gateway;
    private bool _isLent;
    private readonly HttpClient _http = new();

    private LoneService(
        string name, TemporaryFolder data, PretendedCatalog catalog, ServiceProcess process, TestTokens tokens)
    {
        (_name, _data, _catalog, _process, Tokens) = (name, data, catalog, process, tokens);
        Operator = tokens.Operator(Guid.NewGuid());
        Customer = tokens.Customer(Guid.NewGuid());
    }

    /// <summary>Every service that has an interface, by its project's name.</summary>
    public static TheoryData<string> Names { get; } =
        new(Shop.Interfaces.Select(name => char.ToUpperInvariant(name[0]) + name[1..]));

    public TestTokens Tokens { get; }

    public string Operator { get; }

    public string Customer { get; private set; }

    /// <summary>What has ended: no token that names it is taken.</summary>
    public string Revoked { get; private init; } = "";

    public string Log => _process.Log;

    /// <summary>The gateway's log, where there is one.</summary>
    public string GatewayLog => _gateway!.Log;

    public Uri Http2Address => _process.Http2Address;

    public static async Task<LoneService> StartAsync(string name, PostgresServer? postgres)
    {
        var service = await StartAsync(name, postgres, new TestTokens());
        if (name == "Users") await service.RegisterAsync();
        return service;
    }

    /// <param name="tokens">Of the store that it is one of.</param>
    public static async Task<LoneService> StartAsync(
        string name, PostgresServer? postgres, TestTokens tokens, params (string, string)[] settings)
    {
        var data = new TemporaryFolder("lone");
        tokens.WriteKeys(data.Path);
        if (name == "Users") tokens.WriteSigningKey(data.Path);
        var catalog = await PretendedCatalog.StartAsync();
        catalog.Put(Product, 250);
        (string, string)[] database = postgres is null
            ? [("Database:Engine", "sqlite")]
            : [("Database:Engine", "postgres"), ("Database:ConnectionString", await postgres.CreateDatabaseAsync())];
        var process = await ServiceProcess.StartAsync(
            name, data.Path, [("Services:Catalog", catalog.Address), .. database, .. settings]);
        var service = new LoneService(name, data, catalog, process, tokens);
        // It answers before its tables are there; ready is when they are.
        await Eventually.HoldsAsync($"{name} is ready", async () =>
        {
            using var health = await service._http.GetAsync(new Uri(process.Address, "/health/ready"));
            return health.IsSuccessStatusCode;
        }, TimeSpan.FromMinutes(2));
        return service;
    }

    /// <summary>The same process for one test: with an operator and a customer whom no other test has.</summary>
    /// <param name="gateway">Where it is asked; at its own port without.</param>
    /// <param name="revoked">A token that Users has revoked, by its id.</param>
    public async Task<LoneService> LendAsync(ServiceProcess? gateway, string revoked)
    {
        var lent = new LoneService(_name, _data, _catalog, _process, Tokens)
        {
            _gateway = gateway, _isLent = true, Revoked = revoked,
        };
        if (_name == "Users") await lent.RegisterAsync();
        return lent;
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
            AddressOf(call.Target),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(call.Method), address);
        if (!string.IsNullOrEmpty(token)) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (call.Body is not null) request.Content = new StringContent(call.Body, Encoding.UTF8, call.MediaType);
        return await _http.SendAsync(request);
    }

    public async Task<HttpStatusCode> StatusAsync(string path, string token)
    {
        using var answer = await SendAsync(new Call("GET", path, null, ""), token);
        return answer.StatusCode;
    }

    /// <summary>Has Users give a token to a machine and revoke it.</summary>
    /// <returns>What the token server calls that token.</returns>
    public async Task<string> RevokeTokenAsync()
    {
        var added = await SendAsync(
            new Call("POST", "/users/clients", """
                {"id":"revoked","name":"Revoked","grants":["client_credentials"],"scopes":["webhooks"]}
                """, "application/json"),
            Operator);
        var secret = (await ReadAsync(added)).GetProperty("secret").GetString();
        var form = $"client_id=revoked&client_secret={Uri.EscapeDataString(secret!)}";
        var given = await PostFormAsync("/connect/token", $"{form}&grant_type=client_credentials&scope=webhooks");
        var token = (await ReadAsync(given)).GetProperty("access_token").GetString()!;
        using var revoked = await PostFormAsync("/connect/revoke", $"{form}&token={token}");
        revoked.EnsureSuccessStatusCode();
        return new JsonWebToken(token).GetClaim("oi_tkn_id").Value;

        Task<HttpResponseMessage> PostFormAsync(string path, string content) =>
            SendAsync(new Call("POST", path, content, "application/x-www-form-urlencoded"), null);

        static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
        {
            using (answer)
            {
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadFromJsonAsync<JsonElement>();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_isLent) return;
        await _process.DisposeAsync();
        await _catalog.DisposeAsync();
        Tokens.Dispose();
        _data.Dispose();
    }

    // The REST interface stands under a prefix there, and what every service has alike under the service's name; the
    // token server has its own addresses.
    private string AddressOf(string target)
    {
        if (_gateway is null) return _process.Address.GetLeftPart(UriPartial.Authority) + target;
        if (target.StartsWith("/connect/", StringComparison.Ordinal))
            return _gateway.Address.GetLeftPart(UriPartial.Authority) + target;
        var isOfEachService = target.StartsWith("/messaging/", StringComparison.Ordinal);
        return _gateway.Address.GetLeftPart(UriPartial.Authority) + "/api/v1"
            + (isOfEachService ? $"/services/{_name.ToLowerInvariant()}" : "") + target;
    }

    /// <summary>A customer with an account, so that what is said of it comes as far as the database.</summary>
    private async Task RegisterAsync()
    {
        var reference = $"R-{Guid.NewGuid():N}"[..16]; // Who is imported a second time is who was there before.
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_process.Address, "/users/customers"))
        {
            Content = JsonContent.Create(new { customers = new[] { new { reference } } }),
        };
        request.Headers.Authorization = new("Bearer", Operator);
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var imported = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var account = imported.GetProperty("customers")[0];
        Customer = Tokens.Customer(account.GetProperty("user").GetGuid());
    }
}
