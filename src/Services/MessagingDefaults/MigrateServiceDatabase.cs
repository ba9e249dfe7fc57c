using Microsoft.Extensions.Logging;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>The library's tables, the service's own, and the rows that it cannot do without: as a start does it, in a
/// process that then ends.</summary>
internal sealed partial class MigrateServiceDatabase(
    IMessageStore store, IEnumerable<IPrepareDatabase> preparations, TimeProvider clock,
    ILogger<MigrateServiceDatabase> logger)
    : IMigrateDatabase
{
    /// <summary>A database that starts together with this process has come by then.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    public async Task MigrateAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await store.PrepareAsync(stop);
                foreach (var more in preparations) await more.PrepareAsync(stop);
                return;
            }
            catch (Exception away) when (store.IsTransient(away) && clock.GetElapsedTime(began) < patience)
            {
                Log.Away(logger, away.Message);
                await Task.Delay(pause, clock, stop);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(202, LogLevel.Warning, "The database is away and is tried again: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
