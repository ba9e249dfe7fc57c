using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tessera.Cli.Scaffolding;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>What <c>tessera new service NAME --language typescript</c> writes, with the packages that are installed for
/// its model: those that it asks for are some of them, in the same versions.</summary>
public sealed class NewServiceTests
{
    private static readonly HttpClient client = new();

    [Fact]
    public async Task Compiles_passes_its_own_tests_starts_and_handles_an_event_once()
    {
        await NotificationsBuild.RequireAsync();
        using var root = new TemporaryFolder("new-service");
        CopyModel(root);
        NewTypescriptService.Make(root.Path, "Loyalty");
        var service = root.File("src/Services/Loyalty");
        // Says whether the lock file and the list of packages agree; nothing is fetched for that.
        await RunAsync(service, "npm", "ci", "--dry-run", "--offline", "--ignore-scripts");
        Directory.CreateSymbolicLink(
            Path.Combine(service, "node_modules"), Path.Combine(NotificationsBuild.Folder, "node_modules"));
        await RunAsync(service, "npm", "test");
        await RunAsync(service, "npm", "run", "build");

        var key = RandomNumberGenerator.GetBytes(32);
        await using var running = new NotificationsProcess(
            Path.Combine(service, "dist", "main.js"), root.File("data"), new Dictionary<string, string>
            {
                ["Tessera__DataDirectory"] = root.File("data"),
                ["Loyalty__WebhookSecret"] = "whsec_" + Convert.ToBase64String(key),
            });
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

    private static void CopyModel(TemporaryFolder root)
    {
        var repository = Path.GetFullPath(Path.Combine(NotificationsBuild.Contracts, ".."));
        foreach (var file in new[] { "src/Services/shop.json", "src/Services/Gateway/routes.json" }
            .Concat(Directory.EnumerateFiles(NotificationsBuild.Source, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(repository, file))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root.File(file))!);
            File.Copy(Path.Combine(repository, file), root.File(file));
        }
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var (code, output) = await NodePackages.RunAsync(
            folder, program, arguments, new Dictionary<string, string> { ["NO_COLOR"] = "1" });
        Assert.True(code == 0, output);
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
