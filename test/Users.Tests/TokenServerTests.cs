using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Tessera.Users.Tests;

[Collection(nameof(UsersProcess))]
public sealed class TokenServerTests(UsersProcess users)
{
    [Fact]
    public async Task Issues_an_access_token_that_says_who_for_whom_and_until_when()
    {
        var token = new JsonWebToken((await users.NewCustomerAsync("claims@example.com")).Access);
        Assert.Equal(("ES256", "at+jwt", "http://127.0.0.1:8080/"), (token.Alg, token.Typ, token.Issuer));
        Assert.Equal("tessera", token.Audiences.Single());
        Assert.Equal(("customer", "web"), (token.GetClaim("role").Value, token.GetClaim("client_id").Value));
        Assert.NotEmpty(token.Id);
        Assert.Contains("orders.write", token.GetClaim("scope").Value.Split(' '));
        Assert.True(Guid.TryParse(token.Subject, out _));
        Assert.InRange(token.ValidTo - token.IssuedAt, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        Assert.DoesNotContain("example.com", string.Join(' ', token.Claims), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishes_the_key_it_signs_with_and_nothing_private()
    {
        var signedIn = await users.SignInOperatorAsync();
        var text = await users.Client.GetStringAsync("/.well-known/jwks", TestContext.Current.CancellationToken);
        using var set = JsonDocument.Parse(text);
        var key = set.RootElement.GetProperty("keys").EnumerateArray().Single();
        Assert.Equal(new JsonWebToken(signedIn.Access).Kid, key.GetProperty("kid").GetString());
        Assert.False(key.TryGetProperty("d", out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("evil.example")]
    [InlineData("evil.example:8443")]
    public async Task Describes_itself_by_its_configured_address_whatever_a_request_says(string? host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        request.Headers.Host = host;
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await users.Client.SendAsync(request, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var addresses = document.RootElement.EnumerateObject()
            .Where(member => member.Name is "issuer" or "jwks_uri"
                || member.Name.EndsWith("_endpoint", StringComparison.Ordinal))
            .ToDictionary(member => member.Name, member => member.Value.GetString());
        Assert.Equal("http://127.0.0.1:8080/", addresses["issuer"]);
        Assert.Equal("http://127.0.0.1:8080/connect/token", addresses["token_endpoint"]);
        Assert.Equal("http://127.0.0.1:8080/.well-known/jwks", addresses["jwks_uri"]);
        Assert.All(
            addresses.Values,
            address => Assert.StartsWith("http://127.0.0.1:8080/", address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("implicit")]
    [InlineData("nonsense")]
    public async Task Offers_no_other_grant(string grant)
    {
        await users.NewCustomerAsync($"{grant}@example.com");
        using var response = await users.TryTokenAsync(
            [("grant_type", grant), ("username", $"{grant}@example.com"), ("password", UsersProcess.Password),
                .. users.As("web")]);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            "unsupported_grant_type", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_its_secrets_from_other_users_of_the_machine()
    {
        if (OperatingSystem.IsWindows()) return; // The folder's own rights say it there.
        await users.SignInOperatorAsync();
        var secrets = Directory.GetFiles(users.Data.File("keys"), "signing-*.pem")
            .Concat(Directory.GetFiles(users.Data.File("clients")))
            .Append(users.Data.File("keys/encryption.key")).Append(users.Data.File("operator.json"));
        foreach (var file in secrets)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }
}
