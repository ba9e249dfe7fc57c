using Tessera.Cli.Logs;

namespace Tessera.Cli.Up;

/// <summary>Looks after the data folder while the store runs: keeps its logs bounded, and notices when it is
/// gone.</summary>
internal static class WatchFolder
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    /// <exception cref="UserError">The folder was deleted or replaced. What runs on it keeps nothing that it is told.
    /// </exception>
    public static async Task RunAsync(RunFolder folder, Action each, TimeProvider clock, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(_interval, clock, stop);
            if (!folder.IsStillOurs())
            {
                throw new UserError($"The data folder {folder.Data} was deleted or replaced under the running store. " +
                    "All of it was stopped.", ExitCodes.NotRunning);
            }
            BoundLogs.Apply(folder.Logs);
            each();
        }
    }
}
