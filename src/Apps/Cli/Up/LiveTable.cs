using System.Globalization;
using Spectre.Console;

namespace Tessera.Cli.Up;

/// <summary>The services on a terminal, drawn again as they change.</summary>
internal static class LiveTable
{
    private static readonly TimeSpan _redraw = TimeSpan.FromMilliseconds(500);

    public static async Task ShowAsync(SupervisorSession session, CancellationToken stop)
    {
        AnsiConsole.MarkupLineInterpolated(
            $"[grey]Data in {session.Folder.Data}. Ctrl-C stops; logs are in {session.Folder.Logs}.[/]");
        await AnsiConsole.Live(Draw(session.Supervisor.Snapshot())).StartAsync(async screen =>
        {
            while (!stop.IsCancellationRequested)
            {
                var state = session.Supervisor.Snapshot();
                var table = Draw(state);
                if (state.Phase == RunState.Running) table.Caption(Caption(state, session.NewOperator));
                screen.UpdateTarget(table);
                screen.Refresh();
                if (state.Phase == RunState.Running) File.Delete(session.Folder.OperatorUntoldFile);
                await Task.Delay(_redraw, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
    }

    public static Table Draw(RunState state)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("service", "state", "address");
        table.AddColumn(new TableColumn("restarts").RightAligned());
        table.AddColumn(new TableColumn("memory").RightAligned());
        foreach (var service in state.Services)
        {
            table.AddRow(
                new Text(service.Name),
                new Text(service.State, new Style(ColorOf(service.State))),
                new Text(service.Address),
                new Text(service.Restarts.ToString(CultureInfo.InvariantCulture)),
                new Text(service.Pid is { } pid ? Screen.Megabytes(ProcessIdentity.MemoryOf(pid)) : ""));
        }
        return table;
    }

    private static string Caption(RunState state, OperatorCredentials? made)
    {
        var open = $"Open {state.Gateway}";
        return made is null
            ? open
            : Markup.Escape($"{open}\nOperator {made.Email}, password {made.Password} (shown this once)");
    }

    private static Color ColorOf(string state) => state switch
    {
        "ready" => Color.Green,
        "starting" or "stopping" => Color.Yellow,
        "stopped" or "held" => Color.Grey,
        _ => Color.Red,
    };
}
