using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway with an encrypted endpoint, a public name, and pages of a partner that may call it.</summary>
public sealed partial class BrowserGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
    [
        ("Gateway:Cors:Origins:0", "https://partner.example"),
        ("Gateway:Https:Listen", "127.0.0.1:0"),
        ("Gateway:TrustedProxies:0", "127.0.0.0/8"),
        ("Tessera:PublicUrl", "https://shop.example"),
    ];

    public Uri Encrypted => new(Address().Match(Log).Groups[1].Value);

    /// <summary>A client that trusts the certificate which the gateway made, and nothing else.</summary>
    public SocketsHttpHandler Trusting()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(
            Path.Combine(Data, "gateway", "https.crt")));
        return new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
    }

    [GeneratedRegex(@"is ready at http\S+ http\S+ (https://\S+)")]
    private static partial Regex Address();
}

public sealed class BrowserTests(BrowserGatewayProcess gateway) : IClassFixture<BrowserGatewayProcess>
{
    [Theory]
    [InlineData("/api/v1/products/1", "default-src 'none'")]
    [InlineData("/nowhere", "default-src 'none'")]
    [InlineData("/status", "frame-ancestors 'none'; base-uri")]
    [InlineData("/api/v1/payments/1", "default-src 'none'")]
    public async Task Tells_browsers_with_every_answer_what_not_to_do(string path, string policy)
    {
        using var answer = await gateway.SendAsync("GET", path);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], answer.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["same-origin"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.StartsWith(policy, Single(answer, "Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("http", false)]
    public async Task Tells_to_come_encrypted_again_who_came_so(string scheme, bool told)
    {
        using var answer = await gateway.SendAsync(
            "GET", "/", null, null, ("X-Forwarded-Proto", scheme), ("Host", "shop.example"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(told, answer.Headers.TryGetValues("Strict-Transport-Security", out var values)
            && values.Single() == "max-age=31536000");
    }

    [Theory]
    [InlineData("/connect/authorize", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html")]
    [InlineData("/connect/authorize", "application/json", "application/problem+json")]
    [InlineData("/connect/authorize", null, "application/problem+json")]
    [InlineData("/api/v1/services/payments/openapi/v1.json", "text/html", "application/problem+json")]
    public async Task Says_to_a_person_on_a_page_that_something_is_away_and_to_a_program_in_its_way(
        string path, string? accept, string type)
    {
        (string, string)[] headers = accept is null ? [] : [("Accept", accept)];
        using var answer = await gateway.SendAsync("GET", path, null, null, headers);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.StartsWith("default-src 'none'", Single(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(type == "text/html", text.Contains("try again in a minute", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lets_the_pages_of_the_named_origin_call()
    {
        using var asked = await gateway.SendAsync("OPTIONS", "/api/v1/orders", null, null,
            ("Origin", "https://partner.example"), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,idempotency-key"));
        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal(["https://partner.example"], asked.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("POST", Single(asked, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        using var called = await gateway.SendAsync(
            "GET", "/api/v1/products/1", null, null, ("Origin", "https://partner.example"));
        Assert.Equal(["https://partner.example"], called.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("ETag", Single(called, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        using var refused = await gateway.SendAsync(
            "GET", "/api/v1/orders", null, null, ("Origin", "https://partner.example"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(["https://partner.example"], refused.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/api/v1/products/1", "https://stranger.example")]
    [InlineData("/connect/authorize", "https://partner.example")]
    [InlineData("/account/sign-in", "https://partner.example")]
    public async Task Lets_no_other_origin_call_and_none_the_pages_of_people(string path, string origin)
    {
        using var answer = await gateway.SendAsync("GET", path, null, null, ("Origin", origin));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    private static string Single(HttpResponseMessage answer, string name) =>
        Assert.Single(answer.Headers.GetValues(name));

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Speaks_both_versions_encrypted_with_the_certificate_that_it_made(string version)
    {
        using var client = new HttpClient(gateway.Trusting()) { BaseAddress = gateway.Encrypted };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/products/1")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (answer.StatusCode, answer.Version));
        Assert.Equal("https", (await GatewayProcess.EchoAsync(answer)).Headers["X-Forwarded-Proto"]);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(gateway.Data, "gateway", "https.pfx")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Passes_sockets_on_in_both_directions(bool encrypted)
    {
        var stop = TestContext.Current.CancellationToken;
        using var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(gateway.Trusting());
        var at = new UriBuilder(encrypted ? gateway.Encrypted : gateway.Client.BaseAddress!)
        {
            Scheme = encrypted ? "wss" : "ws",
            Path = "/api/v1/products/socket",
        };
        await socket.ConnectAsync(at.Uri, invoker, stop);
        foreach (var said in new[] { "one", "two" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(said), WebSocketMessageType.Text, true, stop);
            var buffer = new byte[100];
            var heard = await socket.ReceiveAsync(buffer, stop);
            Assert.Equal(said, Encoding.UTF8.GetString(buffer, 0, heard.Count));
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, stop);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }
}

public sealed class EdgeSettingsTests
{
    [Theory]
    [InlineData("Gateway:Cors:Origins:0", "*", "Gateway:Cors:Origins has '*'")]
    [InlineData("Gateway:Cors:Origins:0", "https://a.example/path", "Gateway:Cors:Origins has")]
    [InlineData("Gateway:Https:Listen", "8443x", "Gateway:Https:Listen is '8443x'")]
    [InlineData("Gateway:Https:Certificate", "no.pem", "Gateway:Https:Listen is not")]
    [InlineData("Gateway:Limits:Redis", ",", "Gateway:Limits:Redis is ','")]
    [InlineData("Gateway:Limits:ConcurrentMax", "0", "Gateway:Limits:ConcurrentMax must lie")]
    [InlineData("Gateway:ResolveInterval", "00:00:00", "Gateway:ResolveInterval must lie")]
    public async Task Does_not_start_with_a_wrong_setting_and_names_it(string key, string value, string why)
    {
        using var folder = new TemporaryFolder("settings");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ServiceProcess.StartAsync("Gateway", folder.Path, (key, value)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
