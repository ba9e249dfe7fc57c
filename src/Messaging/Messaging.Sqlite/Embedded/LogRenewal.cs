using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;

namespace Tessera.Messaging.Sqlite;

/// <summary>Signs of life for all subscriptions of this process in one small transaction, whatever their readers do;
/// and the end of their deliveries when the signs do not get through.</summary>
internal sealed partial class LogRenewal(EmbeddedLog log, ILogger<LogRenewal> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<LogMembership, byte> _memberships = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;

    public static TimeSpan Pause(EmbeddedTransportOptions options) => options.LeaseDuration / 3;

    public void Start() => _renewing = EndlessLoop.RunAsync(
        "Renewing the hold on the embedded log's partitions", RenewAsync, log.Clock, logger, _stop.Token);

    public void Add(LogMembership membership) => _memberships[membership] = 0;

    public void Remove(LogMembership membership) => _memberships.TryRemove(membership, out _);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        var pause = Pause(log.Options);
        using var timer = new PeriodicTimer(pause, log.Clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            var renewal = RenewOnceAsync();
            while (!renewal.IsCompleted)
            {
                // Not WhenAny with a delay: each would leave a timer behind that wakes an idle process.
                await renewal.WaitAsync(
                    pause, log.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                foreach (var membership in _memberships.Keys) membership.RevokeIfExpired();
            }
        }
    }

    private async Task RenewOnceAsync()
    {
        try
        {
            await LogMembership.RenewAsync(log, [.. _memberships.Keys], _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
        catch (Exception failure)
        {
            Log.CannotRenew(logger, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Cannot renew the hold on the embedded log's partitions; trying again: {Reason}")]
        public static partial void CannotRenew(ILogger logger, string reason);
    }
}
