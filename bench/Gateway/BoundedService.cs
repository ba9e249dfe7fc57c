using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tessera.Bench.Gateway;

/// <summary>A service that works on so many requests at once and lets all others wait, as one with a database does:
/// what it can do in a second is known, and does not depend on who else uses the machine.</summary>
internal static class BoundedService
{
    public const int WorkersMax = 8;
    public static readonly TimeSpan Work = TimeSpan.FromMilliseconds(20);

    public static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = 20_000;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var workers = new SemaphoreSlim(WorkersMax);
        app.MapGet("/health/ready", () => "ready");
        app.MapGet("/{**path}", async (CancellationToken stop) =>
        {
            await workers.WaitAsync(stop);
            try
            {
                await Task.Delay(Work, TimeProvider.System, stop);
            }
            finally
            {
                workers.Release();
            }
            return "done";
        });
        await app.StartAsync();
        return app;
    }

    public static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}
