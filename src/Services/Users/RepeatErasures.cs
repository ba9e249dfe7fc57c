using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Users;

/// <summary>Erases once more whom a restore may have brought back, here or in a service that reads of it: that event
/// was read before, and the copy that a broker may still have would be no news to any inbox.</summary>
internal sealed partial class RepeatErasures(
    IServiceScopeFactory scopes, IDatabase database, MessagingHealth health, TimeProvider clock,
    ILogger<RepeatErasures> logger) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            do
            {
                if (health.IsDatabasePrepared) await RepeatAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task RepeatAsync(CancellationToken stop)
    {
        try
        {
            var due = await database.QueryAsync(
                "select user_id from erasures_to_repeat limit 100", [], row => row.GetGuid(0), stop);
            foreach (var user in due) await RepeatAsync(user, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            Log.Failed(logger, failure); // The rows are there still; the next tick tries again.
        }
    }

    private async Task RepeatAsync(Guid user, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountStore>();
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryTakeErasureToRepeatAsync(user, stop)) return; // Another process of ours has.
        await scope.ServiceProvider.GetRequiredService<EraseAccount>().TryAsync(user, stop, again: true);
        Log.Repeated(logger, user);
    }

    private static partial class Log
    {
        [LoggerMessage(321, LogLevel.Information, "Erased {User} once more, as a restore asked")]
        public static partial void Repeated(ILogger logger, Guid user);

        [LoggerMessage(322, LogLevel.Warning, "Erasures were not repeated this time")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
