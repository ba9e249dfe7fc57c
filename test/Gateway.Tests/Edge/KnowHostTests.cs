using System.Net;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway.Tests.Edge;

/// <summary>This machine's own names, by the address that the gateway was reached at.</summary>
public sealed class KnowHostTests
{
    [Theory]
    [InlineData("localhost", "192.0.2.1", 421)]
    [InlineData("127.0.0.1", "192.0.2.1", 421)]
    [InlineData("[::1]", "2001:db8::1", 421)]
    [InlineData("shop.example", "192.0.2.1", 200)]
    [InlineData("localhost", "127.0.0.1", 200)]
    [InlineData("localhost", "::1", 200)]
    public async Task Are_good_over_loopback_alone(string host, string reachedAt, int status)
    {
        var options = Options.Create(new TesseraOptions { PublicUrl = "https://shop.example/" });
        await using var services = new ServiceCollection().AddOptions().AddProblemDetails().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Host = new HostString(host);
        context.Connection.LocalIpAddress = IPAddress.Parse(reachedAt);
        await new KnowHost(_ => Task.CompletedTask, options).InvokeAsync(context);
        Assert.Equal(status, context.Response.StatusCode);
    }
}
