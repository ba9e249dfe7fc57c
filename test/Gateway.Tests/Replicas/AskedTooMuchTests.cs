using System.Net;
using Tessera.Testing;

namespace Tessera.Gateway.Tests.Replicas;

/// <summary>A service that takes four requests at a time on a connection.</summary>
public sealed class CalmingGatewayProcess : GatewayProcess
{
    protected override Task<StubService> StartOrdersAsync() => StubService.StartAsync("orders", streamsMax: 4);
}

public sealed class AskedTooMuchTests(CalmingGatewayProcess gateway) : IClassFixture<CalmingGatewayProcess>
{
    private const int AbandonedMax = 200;

    [Fact]
    public async Task Tells_the_client_to_come_again_until_the_replica_can_do_more()
    {
        var stop = TestContext.Current.CancellationToken;
        // It works on what nobody waits for any more, and refuses what comes when that is too much.
        var isRefused = false;
        for (var number = 1; !isRefused && number <= AbandonedMax; number++)
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var asked = AskAsync(leaving.Token);
            await Eventually.HoldsAsync(
                "it is worked on or refused", () => asked.IsCompleted || gateway.Orders.Seen >= number, stop: stop);
            isRefused = asked.IsCompleted;
            if (isRefused) break;
            await leaving.CancelAsync();
            await Eventually.HoldsAsync("it is given up", () => gateway.Orders.Abandoned >= number, stop: stop);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }
        Assert.True(isRefused);
        using (var refused = await gateway.SendAsync("POST", "/api/v1/orders/1", gateway.Customer, "{}"))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"),
                (refused.StatusCode, refused.Headers.RetryAfter?.ToString()));
            Assert.Contains(
                "has more to do than it can", await refused.Content.ReadAsStringAsync(stop), StringComparison.Ordinal);
        }
        for (var number = gateway.Orders.Seen; number > 0; number--) gateway.Orders.Release();
        await Eventually.HoldsAsync("it takes requests again", async () =>
        {
            using var answer = await gateway.SendAsync("POST", "/api/v1/orders/1", gateway.Customer, "{}");
            return answer.IsSuccessStatusCode;
        }, stop: stop);
    }

    private async Task AskAsync(CancellationToken leaving)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders/deaf");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + gateway.Customer);
        using var answer = await gateway.Client.SendAsync(request, leaving);
    }
}
