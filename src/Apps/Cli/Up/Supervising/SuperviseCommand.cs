using System.CommandLine;
using System.Runtime.InteropServices;

namespace Tessera.Cli.Up;

/// <summary>The detached half of <c>up --detach</c>.</summary>
internal static class SuperviseCommand
{
    public const string Name = "supervise";

    public static Command Create()
    {
        var options = new UpOptions();
        var command = new Command(Name, "Supervise without a terminal (used by up --detach).") { Hidden = true };
        options.AddTo(command);
        command.SetAction((parsed, stop) => RunAsync(options.Read(parsed), stop));
        return command;
    }

    private static async Task<int> RunAsync(UpSettings settings, CancellationToken stop)
    {
        Posix.LeaveTerminal();
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        using var session = await SupervisorSession.OpenAsync(
            new RunFolder(settings.Data), settings, TimeProvider.System, stop);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var show = PlainProgress.ShowAsync(session, [], showPassword: false, ending.Token);
        try
        {
            await session.RunAsync(stop);
        }
        finally
        {
            await ending.CancelAsync();
            await show.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return ExitCodes.Ok;
    }
}
