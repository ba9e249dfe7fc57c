using System.Text.Json;

namespace Tessera.Gateway.Tests;

/// <summary>No text of a request becomes a header of the answer or of the request to the service.</summary>
public sealed class HeaderInjectionTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Theory]
    [InlineData("GET /api/v1/products?x=%0d%0aX-Injected:%20yes HTTP/1.1\r\nHost: localhost")]
    [InlineData("GET /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\"%0d%0aX-Injected: yes")]
    [InlineData("GET /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\rX-Injected: yes")]
    [InlineData("GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\nCookie: a\nX-Injected: yes")]
    [InlineData("GET /api/v1/products HTTP/1.1\r\nHost: localhost%0d%0aX-Injected: yes")]
    [InlineData("GET /docs?x=%0d%0aX-Injected:%20yes HTTP/1.1\r\nHost: localhost")]
    [InlineData("TRACE / HTTP/1.1\r\nHost: localhost\r\nX-Secret: yes")]
    public async Task Keeps_text_of_the_request_out_of_the_answer_s_headers(string request)
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(request + "\r\nConnection: close\r\n\r\n");
        var answer = await connection.ReadAsync();
        Assert.NotNull(answer);
        Assert.Null(answer.Header("X-Injected"));
        Assert.DoesNotContain("X-Secret", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers, header => header.Value.Contains('\r', StringComparison.Ordinal));
    }

    /// <summary>Headers that a client names in <c>Connection</c> are for the next hop: naming the gateway's own there
    /// must not take them away.</summary>
    [Fact]
    public async Task Lets_no_client_take_away_what_the_gateway_says()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(
            $"GET /api/v1/orders/hop HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.Customer}\r\n" +
            "Connection: close, Authorization, X-Forwarded-For, X-Forwarded-Prefix, traceparent\r\n\r\n");
        var answer = await connection.ReadAsync();
        Assert.Equal(200, answer!.Status);
        var echo = JsonSerializer.Deserialize<Echo>(answer.Body, JsonSerializerOptions.Web)!;
        var headers = new Dictionary<string, string>(echo.Headers, StringComparer.OrdinalIgnoreCase);
        foreach (var name in new[] { "Authorization", "X-Forwarded-For", "X-Forwarded-Prefix", "traceparent" })
            Assert.True(headers.ContainsKey(name), name);
        Assert.False(headers.ContainsKey("Connection"));
    }
}
