using Tessera.Testing;

namespace Tessera.Gateway.Tests.Caching;

/// <summary>Another gateway before the same Catalog.</summary>
public sealed class SecondGatewayProcess(string catalog) : GatewayProcess
{
    protected override (string Key, string Value)[] Settings => [("Services:Catalog", catalog)];
}

/// <summary>What is kept is each gateway's own.</summary>
public sealed class TwoGatewaysTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Theory]
    [InlineData("/api/v1/products/A1")]
    [InlineData("/api/v1/products/A1/pictures/1/320?v=0123456789abcdef")]
    public async Task Ask_for_what_was_changed_through_the_other_within_seconds(string path)
    {
        await using var second = new SecondGatewayProcess(gateway.Orders.Address);
        await second.InitializeAsync();
        await GetAsync(second, path);
        foreach (var method in new[] { "PUT", "DELETE" })
        {
            using var write = await gateway.SendAsync(
                method, "/api/v1/products/A1/pictures/1", gateway.Operator, method == "PUT" ? "picture" : null);
            write.EnsureSuccessStatusCode();
            var seen = gateway.Orders.Seen;
            await GetAsync(gateway, path);
            Assert.Equal(seen + 1, gateway.Orders.Seen); // Who has written reads what was written.
            await Eventually.HoldsAsync("the second gateway asks Catalog again", async () =>
            {
                await GetAsync(second, path);
                return gateway.Orders.Seen > seen + 1;
            }, stop: TestContext.Current.CancellationToken);
        }
    }

    private static async Task GetAsync(GatewayProcess from, string path)
    {
        using var answer = await from.SendAsync("GET", path);
        answer.EnsureSuccessStatusCode();
    }
}
