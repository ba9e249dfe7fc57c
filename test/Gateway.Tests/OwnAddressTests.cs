namespace Tessera.Gateway.Tests;

/// <summary>A gateway that has an address of its own beside the one for everybody.</summary>
public class GatewayWithOwnAddress : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
        [("Listen:Http2", "none"), ("Listen:Direct", "127.0.0.1:0")];
}

/// <summary>One that lets little through.</summary>
public sealed class StrictGatewayWithOwnAddress : GatewayWithOwnAddress
{
    protected override (string Key, string Value)[] Settings =>
        [.. base.Settings, ("Gateway:AnonymousPerSecond", "1")];
}

/// <summary>Whom the gateway tells its metrics.</summary>
public sealed class OwnAddressTests(GatewayWithOwnAddress gateway) : IClassFixture<GatewayWithOwnAddress>
{
    [Fact]
    public async Task Tells_its_metrics_at_its_own_address()
    {
        using var own = new HttpClient { BaseAddress = gateway.OwnAddress };
        var metrics = await own.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE dotnet_gc_collections_total", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/metrics/")]
    [InlineData("/Metrics")]
    [InlineData("/%6Detrics")]
    [InlineData("/metrics?x=1")]
    [InlineData("http://localhost/metrics")]
    public async Task Has_nothing_there_at_the_public_one(string target)
    {
        foreach (var method in new[] { "GET", "HEAD", "POST" })
        {
            var answer = await AskAsync(method, target);
            Assert.Equal(404, answer.Status);
            Assert.DoesNotContain("# TYPE", answer.Body, StringComparison.Ordinal);
        }
        AssertNotForwarded();
    }

    [Theory]
    [InlineData("//metrics")]
    [InlineData("/./metrics")]
    [InlineData("/connect/../metrics")]
    [InlineData("/connect/%2e%2e/metrics")]
    [InlineData("/api/v1/metrics")]
    [InlineData("/api/v1/orders/../../../metrics")]
    [InlineData("/api/v1/services/orders/metrics")]
    [InlineData("/api/v1/services/web/metrics")]
    [InlineData("/api/v1/services/orders/messaging/../metrics")]
    [InlineData("/api/v1/services/orders/messaging/..%2Fmetrics")]
    [InlineData("/api/v1/services/orders/openapi/%2E%2E/metrics")]
    [InlineData("/api/v1/services/gateway/openapi/metrics")]
    public async Task Leads_to_nobody_else_s_either_not_even_an_operator(string target)
    {
        Assert.InRange((await AskAsync("GET", target)).Status, 400, 404);
        Assert.InRange((await AskAsync("GET", target, gateway.Operator)).Status, 400, 404);
        AssertNotForwarded();
    }

    [Fact]
    public async Task Believes_no_header_about_the_address()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(
            $"GET /metrics HTTP/1.1\r\nHost: {gateway.OwnAddress.Authority}\r\nX-Forwarded-For: 127.0.0.1\r\n" +
            $"X-Forwarded-Host: {gateway.OwnAddress.Authority}\r\nConnection: close\r\n\r\n");
        Assert.Equal(404, (await connection.ReadAsync())!.Status);
    }

    private async Task<RawAnswer> AskAsync(string method, string target, string? token = null)
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        await connection.SendAsync(
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{authorization}Content-Length: 0\r\n" +
            "Connection: close\r\n\r\n");
        return (await connection.ReadAsync(isHead: method == "HEAD"))!;
    }

    private void AssertNotForwarded() => Assert.DoesNotContain(
        gateway.Web.Targets.Concat(gateway.Orders.Targets).Concat(gateway.Inventory.SelectMany(stub => stub.Targets)),
        target => target.TrimEnd('/').EndsWith("/metrics", StringComparison.OrdinalIgnoreCase));
}

/// <summary>Who watches the gateway is not one of its clients.</summary>
public sealed class OwnAddressRateTests(StrictGatewayWithOwnAddress gateway)
    : IClassFixture<StrictGatewayWithOwnAddress>
{
    [Fact]
    public async Task Counts_no_scrape_as_a_client_s_request()
    {
        using var own = new HttpClient { BaseAddress = gateway.OwnAddress };
        for (var scrape = 0; scrape < 10; scrape++)
            await own.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
    }
}
