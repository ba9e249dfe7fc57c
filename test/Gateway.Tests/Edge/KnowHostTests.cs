using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
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

/// <summary>A gateway that listens to the network.</summary>
public sealed class GatewayOnTheNetwork : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
        [("Listen:Http1", "0.0.0.0:0"), ("Tessera:PublicUrl", "https://shop.example/")];
}

/// <summary>As another machine asks: over an address that is not loopback.</summary>
public sealed class KnowHostFromOutsideTests(GatewayOnTheNetwork gateway) : IClassFixture<GatewayOnTheNetwork>
{
    [Theory]
    [InlineData("shop.example", "/status", 200)]
    [InlineData("SHOP.example", "/status", 200)]
    [InlineData("elsewhere.example", "/status", 421)]
    [InlineData("elsewhere.example", "/api/v1/products", 421)]
    [InlineData("elsewhere.example", "/connect/token", 421)]
    [InlineData("localhost", "/status", 421)]
    [InlineData("127.0.0.1", "/status", 421)]
    [InlineData("[::1]", "/status", 421)]
    [InlineData(null, "/status", 421)] // By its address, as scanners do.
    [InlineData(null, "/health/live", 200)]
    public async Task Answers_for_the_stores_name_alone(string? host, string path, int status)
    {
        var machine = NetworkInterface.GetAllNetworkInterfaces()
            .Where(each => each.OperationalStatus == OperationalStatus.Up)
            .SelectMany(each => each.GetIPProperties().UnicastAddresses).Select(each => each.Address)
            .FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(each));
        Assert.SkipWhen(machine is null, "This machine is in no network.");
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!, machine);
        await connection.SendAsync(
            $"GET {path} HTTP/1.1\r\nHost: {host ?? machine.ToString()}\r\nConnection: close\r\n\r\n");
        Assert.Equal(status, (await connection.ReadAsync())!.Status);
    }
}
