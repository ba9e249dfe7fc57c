using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tessera.Bench.Gateway;

/// <summary>A service that answers at once with 250 bytes of JSON: what a request costs beyond that is the way.
/// </summary>
internal static class QuickService
{
    /// <returns>It, its address for clients (HTTP/1.1) and its address for the gateway (h2c).</returns>
    public static async Task<(WebApplication App, Uri Http1, string Http2)> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.MapGet("/health/ready", () => "ready");
        var json = $$"""{"text":"{{new string('x', 239)}}"}""";
        app.MapGet("/{**path}", () => Results.Text(json, "application/json"));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return (app, new Uri(addresses.First()), addresses.Last());
    }
}
