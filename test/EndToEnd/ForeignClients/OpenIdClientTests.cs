using System.Net.Http.Json;
using Tessera.Testing.Servers;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.EndToEnd.ForeignClients;

/// <summary>The store's identity, used by a client that nobody here has written: openid-client for Node.js.</summary>
[Collection(nameof(PlainStore))]
public sealed class OpenIdClientTests(PlainStore store)
{
    private const string Password = "correct horse battery";
    private const string Redirect = "http://127.0.0.1:1/back"; // Nobody listens there: the client looks at the address.

    [Theory]
    [InlineData("discovery")]
    [InlineData("code")]
    [InlineData("refresh")]
    [InlineData("revocation")]
    [InlineData("machine")]
    [InlineData("device")]
    [InlineData("logout")]
    public async Task Understands_a_foreign_client_at(string flow)
    {
        var stop = TestContext.Current.CancellationToken;
        var folder = await NodePackages.InstallAsync("EndToEnd/ForeignClients/node");
        var email = $"foreign-{Guid.NewGuid():N}@example.com";
        using var registered = await store.Shop.Http.PostAsJsonAsync(
            "/api/v1/users", new RegisterUserRequest(email, Password), stop);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(stop));
        var web = $"web-{Guid.NewGuid():N}";
        var machine = $"machine-{Guid.NewGuid():N}";
        var device = $"device-{Guid.NewGuid():N}";

        var environment = new Dictionary<string, string>
        {
            ["STORE"] = $"http://127.0.0.1:{store.Port}",
            ["EMAIL"] = email,
            ["PASSWORD"] = Password,
            ["REDIRECT"] = Redirect,
            ["WEB_ID"] = web,
            ["WEB_SECRET"] = await AddAsync(
                web, "--grant", "authorization_code", "--grant", "refresh_token", "--redirect", Redirect,
                "--signed-out", Redirect, "--scope", "users.read"),
            ["MACHINE_ID"] = machine,
            ["MACHINE_SECRET"] = await AddAsync(
                machine, "--grant", "client_credentials", "--scope", "orders.read"),
            ["DEVICE_ID"] = device,
            ["DEVICE_SECRET"] = await AddAsync(
                device, "--public", "--grant", "urn:ietf:params:oauth:grant-type:device_code", "--scope", "users.read"),
        };
        var (code, said) = await NodePackages.RunAsync(folder, "node", ["flows.mjs", flow], environment);

        Assert.True(code == 0, said);
    }

    /// <returns>The secret; empty for a public client.</returns>
    private async Task<string> AddAsync(string id, params string[] words)
    {
        var said = await store.RunAsync(["client", "add", id, .. words]);
        return said.Split(", secret ") is [_, var secret] ? secret.Split(' ')[0] : "";
    }
}
