namespace Tessera.Gateway.Tests;

/// <summary>One request never becomes two on its way, and none hides in another's body: what two servers could read in
/// two ways is refused, and the connection ends.</summary>
public sealed class SmugglingTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    private const string Post = "POST /api/v1/orders/1 HTTP/1.1\r\nHost: localhost\r\n";
    private const string Chunked = Post + "Transfer-Encoding: chunked\r\n\r\n";

    public static TheoryData<string, string> Ambiguous => new()
    {
        { "length and chunks", Post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "chunks and length", Post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" },
        { "two lengths", Post + "Content-Length: 0\r\nContent-Length: 64\r\n\r\n" },
        { "one length twice", Post + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n" },
        { "a list of lengths", Post + "Content-Length: 0, 64\r\n\r\n" },
        { "a length with a sign", Post + "Content-Length: +0\r\n\r\n" },
        { "a negative length", Post + "Content-Length: -1\r\n\r\n" },
        { "a length in hex", Post + "Content-Length: 0x0\r\n\r\n" },
        { "a length of two parts", Post + "Content-Length: 0 0\r\n\r\n" },
        { "a length too long", Post + "Content-Length: 18446744073709551616\r\n\r\n" },
        { "an unknown coding", Post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
        { "chunked not last", Post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" },
        { "two codings", Post + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "a hidden coding", Post + "Transfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n" },
        { "space before the colon", Post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" },
        { "a name with a line feed", Post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "bare line feeds", "GET / HTTP/1.1\nHost: localhost\n\n" },
        { "a bare carriage return", Post + "X: y\rContent-Length: 5\r\n\r\n" },
        { "a folded header", Post + "X: y\r\n Content-Length: 5\r\n\r\n" },
        { "a folded coding", Post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" },
        { "NUL in a header", Post + "X: y\0z\r\n\r\n" },
        { "no host", "GET / HTTP/1.1\r\n\r\n" },
        { "two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n" },
        { "a host with a path", "GET / HTTP/1.1\r\nHost: localhost/evil\r\n\r\n" },
        { "another host in the line", "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "a line of four parts", "GET / evil HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "an unknown version", "GET / HTTP/1.9\r\nHost: localhost\r\n\r\n" },
        { "a line feed in an extension", Chunked + "0;x\n\r\n\r\n" },
        { "a line feed after an extension", Chunked + "2;\nxx\r\n0\r\n\r\n" },
        { "a size with a sign", Chunked + "+0\r\n\r\n" },
        { "a size with its prefix", Chunked + "0x0\r\n\r\n" },
        { "a size in front of nothing", Chunked + "\r\n\r\n" },
        { "a size too large", Chunked + "FFFFFFFFFFFFFFFF0\r\n\r\n" },
        { "the largest size there is", Chunked + "FFFFFFFFFFFFFFFF\r\n\r\n" },
        { "a negative size", Chunked + "-1\r\n\r\n" },
        { "a chunk longer than it says", Chunked + "1\r\nxxx\r\n0\r\n\r\n" },
        { "a chunk that ends with a line feed", Chunked + "1\r\nx\n0\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public async Task Refuses_what_could_be_read_in_two_ways(string what, string request)
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        // With a token, so that the body is asked for as well.
        var hidden = what.Replace(' ', '-');
        await connection.SendAsync(request.Replace(
            Post, $"{Post}Authorization: Bearer {gateway.Customer}\r\n", StringComparison.Ordinal)
            + $"GET /api/v1/products/smuggled-by-{hidden} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.EndSending();
        var answer = await connection.ReadAsync();
        // Nothing after it: who was unclear once is not asked what comes next.
        Assert.True(answer?.Status is null or (>= 400 and < 500) or 501 or 505, $"{what}: {answer?.Status}");
        Assert.Equal("", await connection.RestAsync());
        Assert.DoesNotContain(gateway.Orders.Targets, target => target.Contains("smuggled", StringComparison.Ordinal));
    }

    /// <summary>Who could have the connection taken for HTTP/2 would ask services past the gateway's rules.</summary>
    [Fact]
    public async Task Leaves_a_connection_what_it_is_when_it_is_asked_to_become_http_2()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(
            "GET /api/v1/products/upgraded HTTP/1.1\r\nHost: localhost\r\n" +
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
        Assert.Equal(200, (await connection.ReadAsync())?.Status);
        // What an attacker sends next is no frame to anybody, but a request that is none.
        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        connection.EndSending();
        Assert.True((await connection.ReadAsync())?.Status is null or (>= 400 and < 600));
        Assert.Equal("", await connection.RestAsync());
    }

    [Fact]
    public async Task Takes_what_is_said_clearly()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(
            $"POST /api/v1/orders/clear HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.Customer}\r\n" +
            "Transfer-Encoding: chunked\r\n\r\n2;name=\"value\"\r\n{}\r\n0\r\n\r\n" +
            "GET /api/v1/products/clear HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, (await connection.ReadAsync())?.Status);
        Assert.Equal(200, (await connection.ReadAsync())?.Status);
    }
}
