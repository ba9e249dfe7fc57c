using System.Globalization;

namespace Tessera.Gateway.Tests;

/// <summary>A service may answer before it has read what it is sent. The client has its answer, and its connection goes
/// on or ends in order.</summary>
public sealed class EarlyAnswerTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Theory]
    [InlineData(404, 1_000_000, false)]
    [InlineData(404, 1_000_000, true)]
    [InlineData(401, 200_000, false)]
    [InlineData(413, 200_000, true)]
    [InlineData(409, 100_000, false)]
    [InlineData(200, 300_000, true)]
    public async Task Passes_an_early_answer_on_and_keeps_the_connection(int status, int sizeBytes, bool inChunks)
    {
        var faults = new List<string>();
        await Parallel.ForAsync(0, 5, TestContext.Current.CancellationToken, async (_, _) =>
        {
            await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
            for (var number = 0; number < 20; number++)
            {
                var sending = connection.SendAsync(Request($"/api/v1/orders/early/{status}", sizeBytes, inChunks));
                var answer = await connection.ReadAsync();
                await sending;
                if (answer?.Status == status && answer.Body == "early") continue;
                lock (faults)
                {
                    faults.Add(string.Create(CultureInfo.InvariantCulture,
                        $"request {number} of its connection: {answer?.Status} {answer?.Body}"));
                }
                return;
            }
        });
        Assert.True(faults.Count == 0, string.Join((char)10, [.. faults, gateway.Log]));
        Assert.True(!gateway.Log.Contains("Kestrel", StringComparison.Ordinal), gateway.Log);
        Assert.DoesNotContain("[ERR]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_the_connection_of_a_client_that_goes_on_sending_without_end()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(Head("/api/v1/orders/early/404", "Content-Length: 1000000"));
        await connection.SendAsync("{"); // And no more than that.
        var answer = await connection.ReadAsync();
        Assert.Equal(404, answer?.Status);
        Assert.Equal("", await connection.RestAsync());
        Assert.True(!gateway.Log.Contains("Kestrel", StringComparison.Ordinal), gateway.Log);
    }

    /// <summary>An answer without a body is whole with its head: the client need not send on to get it.</summary>
    [Fact]
    public async Task Answers_without_a_body_before_the_request_is_whole()
    {
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await connection.SendAsync(Head("/api/v1/orders/early/204", "Content-Length: 1000000"));
        await connection.SendAsync("{"); // And no more than that.
        Assert.Equal(204, (await connection.ReadAsync())?.Status);
    }

    private string Request(string path, int sizeBytes, bool inChunks)
    {
        if (!inChunks) return Head(path, $"Content-Length: {sizeBytes}") + new string('x', sizeBytes);
        var chunk = $"{10_000:x}\r\n{new string('x', 10_000)}\r\n";
        return Head(path, "Transfer-Encoding: chunked")
            + string.Concat(Enumerable.Repeat(chunk, sizeBytes / 10_000)) + "0\r\n\r\n";
    }

    private string Head(string path, string length) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.Customer}\r\n" +
        $"Content-Type: application/json\r\n{length}\r\n\r\n";
}
