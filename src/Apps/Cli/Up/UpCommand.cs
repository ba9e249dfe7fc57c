using System.CommandLine;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Tessera.Cli.Up;

internal static class UpCommand
{
    public static Command Create()
    {
        var options = new UpOptions();
        var detach = new Option<bool>("--detach", "-d")
        {
            Description = "Start, wait until all is ready, and leave it running.",
        };
        var command = new Command(
            "up", "Start the store: every service, with its database, and the gateway. Ctrl-C stops it.");
        options.AddTo(command);
        command.Add(detach);
        command.SetAction((parsed, stop) =>
        {
            var settings = options.Read(parsed);
            return parsed.GetValue(detach)
                ? DetachedStart.RunAsync(settings, stop)
                : RunInForegroundAsync(settings, stop);
        });
        return command;
    }

    private static async Task<int> RunInForegroundAsync(UpSettings settings, CancellationToken stop)
    {
        var folder = new RunFolder(settings.Data);
        folder.Create();
        if (folder.IsSupervised) return StatusCommand.SayWhatRuns(folder);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // A closed terminal is as good as Ctrl-C.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });
        using var session = await SupervisorSession.OpenAsync(folder, settings, TimeProvider.System, ending.Token);
        var show = Screen.IsLive && settings.LogsOnScreen.Count == 0
            ? LiveTable.ShowAsync(session, ending.Token)
            : PlainProgress.ShowAsync(session, settings.LogsOnScreen, showPassword: true, ending.Token);
        try
        {
            await session.RunAsync(ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
            await show.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        AnsiConsole.WriteLine("Stopped.");
        return ExitCodes.Ok;
    }
}
