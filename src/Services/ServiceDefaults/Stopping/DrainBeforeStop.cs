using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>
/// What happens between the wish to stop and the end of the server. The process says that it is not ready, the gateways
/// are told and confirm; then it accepts no more connections and lets clients leave those it has. Only then does the
/// server stop, which finishes the requests under way, and after it whatever works in the background.
/// </summary>
internal sealed partial class DrainBeforeStop(
    TellStop gateways, Listeners listeners, ServiceName service, IOptions<StopOptions> options,
    TimeProvider clock, ILogger<DrainBeforeStop> logger) : IHostedLifecycleService
{
    /// <summary>What a gateway had chosen this replica for when it confirmed is on its way.</summary>
    private static readonly TimeSpan underWay = TimeSpan.FromMilliseconds(100);

    /// <summary>Clients that ask are told to leave; for one that asks nothing there is no sense in waiting longer.
    /// </summary>
    private static readonly TimeSpan leaveTimeMax = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan quiet = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(20);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var told = gateways.Listeners;
        if (told > 0)
        {
            await gateways.Confirmed.WaitAsync(options.Value.ConfirmTimeout, clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (gateways.Listeners is > 0 and var silent) Log.Unconfirmed(logger, silent);
        var wait = told > 0 && options.Value.UnreadyFor < underWay ? underWay : options.Value.UnreadyFor;
        if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken);
        // The gateways' own connections need no such care: HTTP/2 says which requests of them count.
        if (service.Value == Shop.GatewayName) await EmptyAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EmptyAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        await listeners.StopAcceptingAsync(stop);
        while (listeners.Connections > 0
            && listeners.QuietFor(clock) < quiet && clock.GetElapsedTime(began) < leaveTimeMax)
        {
            await Task.Delay(look, clock, stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.StopUnconfirmed, LogLevel.Warning,
            "{Count} of those who watch this replica have not confirmed that they send it nothing more")]
        public static partial void Unconfirmed(ILogger logger, int count);
    }
}
