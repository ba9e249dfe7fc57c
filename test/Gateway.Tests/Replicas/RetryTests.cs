using System.Net;

namespace Tessera.Gateway.Tests.Replicas;

public sealed class RetryTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Theory]
    [InlineData("inventory-1")]
    [InlineData("inventory-2")]
    public async Task Sends_an_order_with_a_key_to_another_replica_when_its_connection_breaks(string losing)
    {
        for (var number = 0; number < 4; number++)
        {
            using var answer = await gateway.SendAsync("POST", $"/api/v1/stock/lost-by/{losing}", gateway.Operator,
                new { quantity = number }, ("Idempotency-Key", Guid.NewGuid().ToString()));
            var echo = await GatewayProcess.EchoAsync(answer);
            Assert.NotEqual(losing, echo.Service);
            Assert.Equal($$"""{"quantity":{{number}}}""", echo.Body); // All of it, the second time too.
        }
    }

    [Fact]
    public async Task Sends_what_has_no_key_once()
    {
        var seen = Seen();
        using var answer = await gateway.SendAsync(
            "POST", "/api/v1/stock/lost-by/all", gateway.Operator, new { quantity = 1 });
        Assert.Equal((HttpStatusCode.BadGateway, seen + 1), (answer.StatusCode, Seen()));
    }

    [Fact]
    public async Task Sends_what_reads_by_a_body_once_and_says_who_failed()
    {
        var seen = Seen();
        using var answer = await gateway.SendAsync(
            "GET", "/api/v1/stock/lost-by/all", gateway.Operator, new { sku = "A1" });
        Assert.Equal((HttpStatusCode.BadGateway, seen + 1), (answer.StatusCode, Seen()));
        using var plain = await gateway.SendAsync("GET", "/api/v1/stock/lost-by/all", gateway.Operator);
        Assert.True(Seen() > seen + 2); // Without one it is tried again.
    }

    [Fact]
    public async Task Sends_a_key_once_where_the_route_does_not_say_that_it_is_known_again()
    {
        var seen = gateway.Orders.Seen;
        using var answer = await gateway.SendAsync("POST", "/api/v1/products/lost-by/all", gateway.Operator,
            new { quantity = 1 }, ("Idempotency-Key", "k"));
        Assert.Equal((HttpStatusCode.BadGateway, seen + 1), (answer.StatusCode, gateway.Orders.Seen));
    }

    [Fact]
    public async Task Sends_a_body_that_is_too_large_to_keep_once()
    {
        var seen = Seen();
        using var answer = await gateway.SendAsync("POST", "/api/v1/stock/lost-by/all", gateway.Operator,
            new { text = new string('x', 70_000) }, ("Idempotency-Key", "k"));
        Assert.Equal((HttpStatusCode.BadGateway, seen + 1), (answer.StatusCode, Seen()));
    }

    private int Seen() => gateway.Inventory.Sum(replica => replica.Seen);
}

/// <summary>A gateway that may try again only in proportion to what is asked.</summary>
public sealed class FrugalGateway : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
        [("Gateway:Retries:PerSecondMin", "0"), ("Gateway:Retries:BudgetPercent", "20")];
}

public sealed class RetryBudgetTests(FrugalGateway gateway) : IClassFixture<FrugalGateway>
{
    [Fact]
    public async Task Tries_no_more_than_a_fifth_again_when_a_whole_service_is_ill()
    {
        const int asked = 50;
        for (var number = 0; number < asked; number++)
        {
            using var answer = await gateway.SendAsync("GET", "/api/v1/stock/lost-by/all", gateway.Operator);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        }
        var seen = gateway.Inventory.Sum(replica => replica.Seen);
        Assert.InRange(seen, asked + 1, asked + (asked / 5));
    }
}
