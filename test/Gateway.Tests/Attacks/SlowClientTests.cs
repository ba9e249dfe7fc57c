using System.Net;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway that waits for its clients as short as it may.</summary>
public sealed class ImpatientGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
    [
        ("Gateway:RequestHeadersTimeout", "00:00:01"), ("Gateway:KeepAliveTimeout", "00:00:01"),
        ("Gateway:BodyGrace", "00:00:01.500"), ("Gateway:ConnectionsMax", "150"),
        ("Gateway:UpstreamTimeout", "00:00:30"), // The service is not who is slow here.
    ];
}

/// <summary>Clients that say little, or too much, cost the others nothing. The gateway ends each of them by itself: the
/// tests read until it does.</summary>
public sealed class SlowClientTests(ImpatientGatewayProcess gateway) : IClassFixture<ImpatientGatewayProcess>
{
    [Fact]
    public async Task Ends_those_who_never_finish_their_headers_and_serves_the_others_meanwhile()
    {
        var slow = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
            await connection.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
            return connection;
        }));
        using var other = await gateway.SendAsync("GET", "/api/v1/products/1");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        foreach (var connection in slow)
        {
            await using (connection) Assert.Equal(408, (await connection.ReadAsync())?.Status);
        }
    }

    [Theory]
    [InlineData("Content-Length: 100000\r\n\r\n{")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")]
    public async Task Ends_one_who_never_finishes_the_body(string body)
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(
            "POST /api/v1/orders/body HTTP/1.1\r\nHost: localhost\r\n" +
            $"Authorization: Bearer {gateway.Customer}\r\n{body}");
        Assert.Equal(408, (await connection.ReadAsync())?.Status);
        Assert.Equal("", await connection.RestAsync());
    }

    [Fact]
    public async Task Ends_one_who_says_nothing()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, (await connection.ReadAsync())?.Status);
        Assert.Equal("", await connection.RestAsync());
    }

    [Theory]
    [InlineData(9_000, 0, 414)]
    [InlineData(10, 40_000, 431)]
    [InlineData(10, 400_000, 431)]
    public async Task Refuses_a_head_that_is_too_large(int pathLength, int headerLength, int status)
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(
            $"GET /api/v1/products/{new string('a', pathLength)} HTTP/1.1\r\nHost: localhost\r\n" +
            $"X-Large: {new string('a', headerLength)}\r\n\r\n");
        Assert.Equal(status, (await connection.ReadAsync())?.Status);
    }
}
