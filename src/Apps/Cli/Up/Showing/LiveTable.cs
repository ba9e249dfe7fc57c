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
                table.Caption(Caption(state, session.NewOperator));
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
        IReadOnlyList<InstanceState> all = [.. state.Servers, .. state.Services];
        var tellsVersions = all.Any(service => service.Version is not null);
        if (tellsVersions) table.AddColumn("version");
        if (all.Any(service => service.Why is not null)) table.AddColumn("why");
        foreach (var service in all)
        {
            List<Text> cells =
            [
                new Text(service.Name),
                new Text(service.State, new Style(ColorOf(service.State))),
                new Text(service.Address),
                new Text(service.Restarts.ToString(CultureInfo.InvariantCulture)),
                new Text(service.Pid is { } pid ? Screen.Megabytes(ProcessIdentity.MemoryOf(pid)) : ""),
            ];
            if (tellsVersions) cells.Add(new Text(service.Version ?? ""));
            if (table.Columns.Count > cells.Count) cells.Add(new Text(service.Why ?? ""));
            table.AddRow(cells);
        }
        return table;
    }

    private static string Caption(RunState state, OperatorCredentials? made)
    {
        IEnumerable<string> lines = state.Notices;
        if (state.Phase == RunState.Running)
        {
            lines = lines.Append($"Open {state.Shown}");
            if (made is not null)
                lines = lines.Append($"Operator {made.Email}, password {made.Password} (shown this once)");
        }
        return Markup.Escape(string.Join('\n', lines));
    }

    private static Color ColorOf(string state) => state switch
    {
        "ready" => Color.Green,
        "building" or "starting" or "stopping" => Color.Yellow,
        "stopped" or "held" or "absent" => Color.Grey,
        _ => Color.Red,
    };
}
