using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Monitoring;

/// <summary>For who changes what the dashboard shows.</summary>
internal static class DashboardFileCommand
{
    public static Command Create()
    {
        var command = new Command("dashboard-file", $"Make {DashboardFile.Path} anew.") { Hidden = true };
        command.SetAction(async (_, stop) =>
        {
            await File.WriteAllTextAsync(Path.Combine(SourceTree.Root, DashboardFile.Path), DashboardFile.Make(), stop);
            return ExitCodes.Ok;
        });
        return command;
    }
}
