using System.Net;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway to one of whose replicas, and one of whose services, no name leads.</summary>
public sealed class UnknownNameGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
    [
        ("Services:Payments", "http://nobody.invalid:9085"),
        ("Services:Catalog", $"http://nobody.invalid:9082,{Orders.Address}"),
    ];
}

public sealed class UnknownNameTests(UnknownNameGatewayProcess gateway) : IClassFixture<UnknownNameGatewayProcess>
{
    [Fact]
    public async Task Serves_all_the_rest()
    {
        for (var time = 0; time < 4; time++)
        {
            using var sibling = await gateway.SendAsync("POST", $"/api/v1/products/import?{time}", gateway.Operator);
            using var other = await gateway.SendAsync("GET", "/api/v1/orders/1", gateway.Customer);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (sibling.StatusCode, other.StatusCode));
        }
        using var away = await gateway.SendAsync("GET", "/api/v1/payments/1", gateway.Customer);
        Assert.Equal(HttpStatusCode.BadGateway, away.StatusCode);
        await Problem.ReadAsync(away);
    }
}
