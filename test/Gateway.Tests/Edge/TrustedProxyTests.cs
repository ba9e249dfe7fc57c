using System.Net;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests.Edge;

/// <summary>This machine is the load balancer; one request a second is what a client gets.</summary>
public sealed class GatewayBehindBalancer : GatewayProcess
{
    public string AccessLog => Path.Combine(Data, "seen.log");

    protected override (string Key, string Value)[] Settings =>
    [
        ("Gateway:TrustedProxies:0", "127.0.0.0/8"), ("Gateway:TrustedProxies:1", "10.1.0.0/16"),
        ("Gateway:AnonymousPerSecond", "1"), ("Tessera:PublicUrl", "https://shop.example"),
        ("Gateway:AccessLogFile", AccessLog),
    ];
}

public sealed class TrustedProxyTests(GatewayBehindBalancer gateway) : IClassFixture<GatewayBehindBalancer>
{
    [Fact]
    public async Task Tells_services_the_client_the_scheme_and_the_host_that_the_balancer_names()
    {
        var echo = await GatewayProcess.EchoAsync(await FromAsync("203.0.113.1", ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "shop.example")));
        Assert.Equal(("203.0.113.1", "https", "shop.example"),
            (echo.Headers["X-Forwarded-For"], echo.Headers["X-Forwarded-Proto"], echo.Headers["X-Forwarded-Host"]));
    }

    [Theory]
    [InlineData("198.51.100.9, 203.0.113.2", "203.0.113.2")] // The client wrote the first; the balancer adds the last.
    [InlineData("203.0.113.3, 10.1.2.3", "203.0.113.3")] // A balancer of ours behind another.
    public async Task Believes_the_last_address_that_is_no_balancer(string said, string client)
    {
        var echo = await GatewayProcess.EchoAsync(await FromAsync(said));
        Assert.Equal(client, echo.Headers["X-Forwarded-For"]);
    }

    [Fact]
    public async Task Counts_clients_apart_and_the_addresses_of_one_IPv6_subscriber_together()
    {
        // Far more than one client has, each from another address of the subscriber's.
        var subscriber = await Task.WhenAll(
            Enumerable.Range(1, 30).Select(number => FromAsync($"2001:db8:1:2::{number}")));
        Assert.Contains(subscriber, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        using var neighbour = await FromAsync("2001:db8:1:3::1");
        using var other = await FromAsync("203.0.113.4");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (neighbour.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task Writes_the_client_and_not_the_balancer_into_the_access_log()
    {
        using var answer = await FromAsync("203.0.113.5");
        var path = answer.RequestMessage!.RequestUri!.AbsolutePath;
        string? line = null;
        await Eventually.HoldsAsync("its line is there", () => (line = Lines().FirstOrDefault(
            each => each.Contains(path, StringComparison.Ordinal))) is not null);
        using var read = JsonDocument.Parse(line!);
        Assert.Equal("203.0.113.5", read.RootElement.GetProperty("client").GetString());
    }

    private string[] Lines()
    {
        if (!File.Exists(gateway.AccessLog)) return [];
        // The gateway has it open.
        using var file = new FileStream(gateway.AccessLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n');
    }

    // Each asks for something else: an answer that is kept was given to another client.
    private Task<HttpResponseMessage> FromAsync(string client, params (string, string)[] more) =>
        gateway.SendAsync("GET", "/api/v1/products/" + Guid.NewGuid(), headers: [("X-Forwarded-For", client), .. more]);
}

public sealed class UntrustedProxyTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Fact]
    public async Task Removes_what_a_stranger_says_of_itself()
    {
        var echo = await GatewayProcess.EchoAsync(await gateway.SendAsync("GET", "/api/v1/products/A1",
            headers: [("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "shop.example")]));
        Assert.Equal(("127.0.0.1", "http"), (echo.Headers["X-Forwarded-For"], echo.Headers["X-Forwarded-Proto"]));
        Assert.DoesNotContain("shop.example", echo.Headers.Values);
    }

    [Fact]
    public async Task Refuses_to_start_with_what_is_no_network()
    {
        using var data = new Testing.TemporaryFolder("gateway");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ServiceProcess.StartAsync("Gateway", data.Path, ("Gateway:TrustedProxies:0", "balancer")));
        Assert.Contains("Gateway:TrustedProxies has 'balancer'", refused.Message, StringComparison.Ordinal);
    }
}
