namespace Tessera.Gateway.Tests;

/// <summary>However a path is written, it is the route's whose policy was asked, for the service as for the
/// gateway.</summary>
public sealed class PathTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Theory]
    [InlineData("/api/v1/products/..%2forders/1")]
    [InlineData("/api/v1/products/..%2Forders/1")]
    [InlineData("/api/v1/products%2f..%2forders")]
    [InlineData("/api/v1/products/..%5corders/1")]
    [InlineData("/api/v1/products/..\\orders/1")]
    [InlineData("/api/v1/products/..;/orders/1")]
    [InlineData("/api/v1/products/..;x=y/orders/1")]
    [InlineData("/api/v1/products/.;/orders/1")]
    [InlineData("/api/v1/products/../orders/1")]
    [InlineData("/api/v1/products/%2e%2e/orders/1")]
    [InlineData("/api/v1/products/%2e./orders/1")]
    [InlineData("/api/v1/products/%252e%252e/orders/1")]
    [InlineData("/api/v1/products/%252e%252e%252forders/1")]
    [InlineData("/api/v1/products/%25252e%25252e%25252forders/1")]
    [InlineData("/api/v1/products/..%c0%aforders/1")]
    [InlineData("/api/v1/products//orders/1")]
    [InlineData("//api/v1/orders/1")]
    [InlineData("/api/v1//orders/1")]
    [InlineData("/api//v1/orders/1")]
    [InlineData("/./api/v1/orders/1")]
    [InlineData("/api/v1/products/a%00")]
    [InlineData("/api/v1/products/a%0d%0aX-Injected:%20yes")]
    [InlineData("/api/v1/orders%00/1")]
    [InlineData("/api/v1/orders%2f1")]
    [InlineData("/api/v1/services/orders/openapi/..%2fmessaging/parked")]
    [InlineData("/api/v1/services/orders/openapi/../messaging/parked")]
    [InlineData("/.well-known/..%2fusers/me")]
    [InlineData("/account/..%2f..%2fmessaging/status")]
    [InlineData("http://localhost/api/v1/products/..%2forders/1")]
    public async Task Refuses_a_path_that_hides_another(string target)
    {
        var before = gateway.Orders.Targets.Count;
        Assert.InRange(await StatusAsync(target), 400, 404);
        Assert.Equal(before, gateway.Orders.Targets.Count);
    }

    /// <summary>These are other ways to write the path of a route that asks for a token.</summary>
    [Theory]
    [InlineData("/API/V1/ORDERS/1")]
    [InlineData("/api/v1/Orders/1")]
    [InlineData("/api/v1/%6frders/1")]
    [InlineData("/%61pi/v1/orders/1")]
    [InlineData("/api/v1/orders/")]
    [InlineData("/api/v1/orders/1/")]
    [InlineData("/api/v1/orders?x=/../products")]
    [InlineData("http://localhost/api/v1/orders/1")]
    [InlineData("http://localhost/api/v1/Orders")]
    public async Task Asks_for_a_token_however_the_path_is_written(string target)
    {
        var before = gateway.Orders.Targets.Count;
        Assert.Equal(401, await StatusAsync(target));
        Assert.Equal(before, gateway.Orders.Targets.Count);
    }

    [Theory]
    [InlineData("/api/v1/products/TEA-1.5", "/products/TEA-1.5")]
    [InlineData("/api/v1/products/caf%C3%A9", "/products/caf%C3%A9")]
    [InlineData("/api/v1/products/a%20b", "/products/a%20b")]
    [InlineData("/api/v1/products/100%25", "/products/100%25")]
    [InlineData("/api/v1/products?search=a%2Fb..//", "/products?search=a%2Fb..//")]
    public async Task Passes_on_what_means_one_thing(string target, string seen)
    {
        Assert.Equal(200, await StatusAsync(target));
        Assert.Contains(seen, gateway.Orders.Targets);
    }

    private async Task<int> StatusAsync(string target)
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var answer = await connection.ReadAsync();
        Assert.Null(answer!.Header("X-Injected"));
        return answer.Status;
    }
}
