namespace Tessera.Cli.Up;

/// <summary>What happens once when all services of a new store are ready for the first time.</summary>
internal static class FirstStart
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(SupervisorSession session, TimeProvider clock, CancellationToken stop)
    {
        while (!session.Supervisor.IsReady) await Task.Delay(_poll, clock, stop);
        session.Supervisor.Enter(RunState.Running);
    }
}
