namespace Tessera.Cli.Up;

/// <summary>Ends the service processes that a killed supervisor left behind.</summary>
internal static class Orphans
{
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    /// <returns>The names of those that were stopped.</returns>
    public static async Task<IReadOnlyList<string>> StopAsync(RunFolder folder, TimeProvider clock)
    {
        var orphans = folder.Orphans();
        foreach (var orphan in orphans) Posix.Terminate(orphan.Process.Pid);
        var began = clock.GetTimestamp();
        foreach (var orphan in orphans)
        {
            // Not our children, so there is nothing to wait on: their end is seen by looking.
            while (orphan.Process.IsAlive && clock.GetElapsedTime(began) < _stopTimeout) await Task.Delay(_poll, clock);
            if (orphan.Process.IsAlive) Posix.KillNow(orphan.Process.Pid);
            folder.Forget(folder.PidFileOf(orphan.Instance));
        }
        return [.. orphans.Select(orphan => orphan.Instance)];
    }
}
