using System.CommandLine;
using System.Diagnostics;

namespace Tessera.Cli.Up;

internal static class DownCommand
{
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(90); // Gateways, then services.
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var data = UpOptions.Data();
        var command = new Command("down", "Stop the store. Its data stays.") { data };
        command.SetAction((parsed, stop) => RunAsync(new RunFolder(parsed.GetRequiredValue(data)), stop));
        return command;
    }

    private static async Task<int> RunAsync(RunFolder folder, CancellationToken stop)
    {
        var state = folder.ReadState();
        var ran = folder.IsSupervised;
        if (ran && state is not null && state.Supervisor.IsAlive)
        {
            Posix.Terminate(state.Supervisor.Pid);
            var waited = Stopwatch.StartNew();
            while (folder.IsSupervised)
            {
                if (waited.Elapsed > _stopTimeout)
                {
                    Posix.KillNow(state.Supervisor.Pid);
                    break;
                }
                await Task.Delay(_poll, stop);
            }
        }
        else if (ran)
        {
            throw new UserError(
                $"A supervisor is just starting in {folder.Data}; try again in a moment.", ExitCodes.NotRunning);
        }
        var orphans = await Orphans.StopAsync(folder, TimeProvider.System);
        Console.WriteLine((ran, orphans.Count) switch
        {
            (true, 0) => "Stopped.",
            (true, _) => $"Stopped; these did not end with their supervisor: {string.Join(", ", orphans)}.",
            (false, 0) => $"Nothing runs in {folder.Data}.",
            (false, _) => $"Stopped what a killed supervisor had left: {string.Join(", ", orphans)}.",
        });
        return ExitCodes.Ok;
    }
}
