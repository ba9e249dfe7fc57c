using System.Diagnostics;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Up;

/// <summary><c>up --detach</c>: starts a supervisor that outlives this command, and waits until all is ready.</summary>
internal static class DetachedStart
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(UpSettings settings, CancellationToken stop)
    {
        var timeout = ReadyTimeout.Read();
        var folder = new RunFolder(settings.Data);
        folder.Create();
        if (folder.IsSupervised) return StatusCommand.SayWhatRuns(folder);
        folder.ClearState();
        // Here, where whoever waits sees it: the supervisor then finds it built.
        await new EarlierBuilds(SourceTree.Root).ProvideAsync(settings.At, SourceTree.Services(), stop);
        var log = folder.LogOf("supervisor");
        using var supervisor = Start(settings, log);
        var waited = Stopwatch.StartNew();
        var told = new ToldOnce(TimeProvider.System);
        RunState? state;
        while ((state = folder.ReadState()) is not { Phase: RunState.Running })
        {
            if (state is not null) told.Tell(state, Console.Error.WriteLine);
            if (supervisor.HasExited)
            {
                var why = File.Exists(log) ? LogTail.Last(log, 1) : [];
                var said = why.Count > 0 ? why[0] : "it said nothing";
                throw new UserError($"The supervisor ended at once: {said} (log: {log})", ExitCodes.NotRunning);
            }
            if (waited.Elapsed > timeout) throw new UserError(NotReady(folder, timeout), ExitCodes.NotRunning);
            await Task.Delay(_poll, stop);
        }
        told.Tell(state, Console.Error.WriteLine);
        foreach (var line in PlainProgress.Welcome(
            state, File.Exists(folder.OperatorUntoldFile) ? OperatorCredentials.Read(folder) : null))
        {
            Console.WriteLine(line);
        }
        File.Delete(folder.OperatorUntoldFile);
        return ExitCodes.Ok;
    }

    private static Process Start(UpSettings settings, string log)
    {
        var self = Path.Combine(AppContext.BaseDirectory, "Tessera.Cli.dll");
        string[] words = ["dotnet", self, SuperviseCommand.Name, .. UpOptions.Words(settings)];
        // The shell lets go of this command's own output, or who reads that would wait for the supervisor's end.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(words[0], words[1..]) { CreateNoWindow = true }
            : new ProcessStartInfo(
                "/bin/sh", ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "tessera", log, .. words]);
        start.UseShellExecute = false;
        // The supervisor lives as long as the store and does little: memory matters more than its speed.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        start.Environment["DOTNET_GCConserveMemory"] = "9";
        return Process.Start(start)!;
    }

    private static string NotReady(RunFolder folder, TimeSpan timeout)
    {
        var waiting = folder.ReadState()?.Services.Where(service => service.State != "ready").ToList() ?? [];
        var which = string.Join(
            ", ", waiting.Select(service => $"{service.Name} ({service.Why ?? service.State}, log: {service.Log})"));
        return $"Not ready after {timeout.TotalSeconds:0} s ({ReadyTimeout.Variable}): {which}. " +
            "It goes on trying; stop it with: tessera down";
    }
}
