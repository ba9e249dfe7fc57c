using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

/// <summary>Whatever a stranger asks for, a line of the log is one request, told by the gateway.</summary>
public sealed class LogInjectionTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Fact]
    public async Task Writes_no_line_that_a_request_has_made_up()
    {
        string[] targets =
        [
            "/api/v1/products/x%0a%7b%22forged%22:true%7d",
            "/api/v1/products/x%0d%0a2026-01-01T00:00:00.000Z%20ERR%20forged",
            "/api/v1/products/%22,%22forged%22:%22",
            "/api/v1/products/%1b%5b2Jforged",
            "/api/v1/products/%e2%80%a8forged",
            "/api/v1/products/%c2%85forged",
            "/api/v1/products/last-of-them",
        ];
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        foreach (var target in targets)
        {
            await connection.SendAsync(
                $"GET {target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\"forged\r\nReferer: \x1b[2Jforged\r\n\r\n");
            await connection.ReadAsync();
        }
        await Eventually.HoldsAsync("they are in the log",
            () => gateway.Log.Contains("last-of-them", StringComparison.Ordinal));
        foreach (var line in gateway.Log.Split('\n').Where(
            line => line.Contains("forged", StringComparison.Ordinal) || line.StartsWith('{')))
        {
            Assert.DoesNotContain(line, letter => char.IsControl(letter) || letter == '\u2028');
            using var read = JsonDocument.Parse(line); // Of the console's own lines none has a stranger's word.
            Assert.False(read.RootElement.TryGetProperty("forged", out _), line);
            Assert.Equal("GET", read.RootElement.GetProperty("method").GetString());
        }
    }
}
