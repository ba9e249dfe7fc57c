using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tessera.ServiceDefaults;

/// <summary>Says in one line that the process is ready, where, and how long that took.</summary>
internal sealed partial class AnnounceReady(
    IHostApplicationLifetime lifetime, IServer server,
    ServiceName service, TimeProvider clock, ILogger<AnnounceReady> logger)
    : IHostedService
{
    public static void Refused(ILogger logger, Exception refused) =>
        Log.StartRefused(logger, ServiceStart.Reasons(refused));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            var took = clock.GetUtcNow().UtcDateTime - StartTime();
            Log.Ready(logger, service.Value, string.Join(" ", addresses), (int)took.TotalMilliseconds);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static DateTime StartTime()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.StartTime.ToUniversalTime();
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Ready, LogLevel.Information,
            "{Service} is ready at {Addresses} after {Milliseconds} ms")]
        public static partial void Ready(ILogger logger, string service, string addresses, int milliseconds);

        [LoggerMessage(EventIds.StartRefused, LogLevel.Critical, "Refuses to start: {Reason}")]
        public static partial void StartRefused(ILogger logger, string reason);
    }
}
