using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>What <c>tessera new service NAME --language typescript</c> writes, with the packages that are installed for
/// its model: those that it asks for are some of them, in the same versions.</summary>
public sealed class NewServiceTests(WrittenService written) : IClassFixture<WrittenService>
{
    private static readonly HttpClient client = new();

    [Fact]
    public async Task Compiles_passes_its_own_tests_starts_and_handles_an_event_once()
    {
        await written.RequireAsync();
        await written.RunAsync("npm", "test");
        var key = RandomNumberGenerator.GetBytes(32);
        using var data = new TemporaryFolder("loyalty");
        await using var running = Process(data, key);
        running.Start();
        await running.ReadyAsync();
        for (var time = 0; time < 2; time++)
            Assert.Equal(HttpStatusCode.NoContent, await BringOrderAsync(running.Address, key));
        Assert.Equal(HttpStatusCode.Unauthorized, await BringOrderAsync(running.Address, new byte[32]));
        var metrics = await client.GetStringAsync(new Uri(running.Address, "metrics"));
        Assert.Contains("loyalty_events_handled_total{stream=\"webhooks\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("loyalty_events_copies_total{stream=\"webhooks\"} 1\n", metrics, StringComparison.Ordinal);
        using var stranger = await client.GetAsync(new Uri(running.Address, "loyalty/orders"));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        await running.StopAsync();
        Assert.Contains("inf Loyalty: Loyalty has stopped\n", running.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_reached_through_the_gateway_by_its_routes_and_refuses_whom_Users_has_erased()
    {
        await written.RequireAsync();
        using var tokens = new TestTokens();
        using var data = new TemporaryFolder("loyalty-store");
        tokens.WriteKeys(data.Path);
        tokens.WriteSigningKey(data.Path);
        await using var users = await ServiceProcess.StartAsync("Users", data.Path);
        var key = RandomNumberGenerator.GetBytes(32);
        var http2 = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");
        await using var running = Process(
            data, key, ("Listen__Http2", http2), ("Loyalty__Users", users.Address.AbsoluteUri));
        running.Start();
        await running.ReadyAsync();
        await using var gateway = await ServiceProcess.StartAsync(
            "Gateway", data.Path, ("Gateway:RoutesFile", written.WriteRoutes(data.File("routes.json"))),
            ("Services:Notifications", $"http://{http2}"));
        Assert.Equal(HttpStatusCode.NoContent, await BringOrderAsync(running.Address, key));

        var operators = tokens.Operator(Guid.NewGuid());
        var orders = new Uri(gateway.Address, "api/v1/loyalty/orders");
        using var counted = await GetAsync(orders, operators);
        Assert.Equal(
            """[{"currency":"EUR","orders":1,"totalMinor":2490}]""", await counted.Content.ReadAsStringAsync());
        using var status = await GetAsync(
            new Uri(gateway.Address, "api/v1/services/loyalty/messaging/status"), operators);
        Assert.Contains("\"service\":\"loyalty\"", await status.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(orders, tokens.Customer(Guid.NewGuid())));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(orders, ""));

        // At its own port, where no gateway has refused it before; as if an operator had been erased.
        var erased = await RegisterAsync(users, operators);
        var (own, token) = (new Uri(running.Address, "loyalty/orders"), tokens.Operator(erased));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(own, token));
        using var erase = new HttpRequestMessage(HttpMethod.Delete, new Uri(users.Address, "users/me"));
        erase.Headers.Authorization = new("Bearer", tokens.Customer(erased));
        using var done = await client.SendAsync(erase);
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        await Eventually.HoldsAsync("the token is refused", async () =>
            await StatusAsync(own, token) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(own, operators));
    }

    private NotificationsProcess Process(
        TemporaryFolder data, byte[] key, params (string Key, string Value)[] settings) =>
        new(written.Program, data.File("process"), new Dictionary<string, string>(
            settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
        {
            ["Tessera__DataDirectory"] = data.Path,
            ["Loyalty__WebhookSecret"] = "whsec_" + Convert.ToBase64String(key),
        });

    private static async Task<Guid> RegisterAsync(ServiceProcess users, string operators)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(users.Address, "users/customers"))
        {
            Content = JsonContent.Create(new { customers = new[] { new { reference = "R-1" } } }),
        };
        request.Headers.Authorization = new("Bearer", operators);
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var imported = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return imported.GetProperty("customers")[0].GetProperty("user").GetGuid();
    }

    private static async Task<HttpResponseMessage> GetAsync(Uri address, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (token.Length > 0) request.Headers.Authorization = new("Bearer", token);
        return await client.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(Uri address, string token)
    {
        using var answer = await GetAsync(address, token);
        return answer.StatusCode;
    }

    /// <summary>As the Webhooks service sends it: Standard Webhooks.</summary>
    private static async Task<HttpStatusCode> BringOrderAsync(Uri address, byte[] key)
    {
        const string id = "msg_0190a5a000007000800000000000001a";
        var body = JsonSerializer.Serialize(new
        {
            type = "order.placed.v1",
            timestamp = "2026-11-27T10:00:00Z",
            data = new { order = "0190a5a0-0000-7000-8000-0000000000a1", currency = "EUR", totalMinor = 2_490 },
        });
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{at}.{body}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "webhooks/tessera"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers =
            {
                { "webhook-id", id }, { "webhook-timestamp", at },
                { "webhook-signature", "v1," + Convert.ToBase64String(signature) },
            },
        };
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
