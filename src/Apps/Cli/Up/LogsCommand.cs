using System.CommandLine;

namespace Tessera.Cli.Up;

internal static class LogsCommand
{
    public static Command Create()
    {
        var data = UpOptions.Data();
        var service = new Argument<string>("SERVICE") { Description = "Such as orders, orders-2 or supervisor." };
        var follow =
            new Option<bool>("--follow", "-f") { Description = "Go on showing what is written, until Ctrl-C." };
        var lines = new Option<int>("--lines", "-n")
        {
            Description = "How many of the last lines.",
            DefaultValueFactory = _ => 50,
        };
        var command = new Command("logs", "Show a service's log.") { service, data, follow, lines };
        command.SetAction((parsed, stop) => RunAsync(
            new RunFolder(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(service), parsed.GetValue(lines),
            parsed.GetValue(follow), stop));
        return command;
    }

    private static async Task<int> RunAsync(
        RunFolder folder, string service, int lines, bool follow, CancellationToken stop)
    {
        var file = folder.LogOf(Path.GetFileName(service));
        if (!File.Exists(file))
        {
            var known = Directory.Exists(folder.Logs)
                ? string.Join(", ", Directory.EnumerateFiles(folder.Logs, "*.log")
                    .Select(Path.GetFileNameWithoutExtension).Order())
                : "";
            throw new UserError(known.Length == 0
                ? $"There are no logs in {folder.Logs}: nothing was started there yet."
                : $"There is no log of '{service}'; there are {known}.");
        }
        foreach (var line in LogTail.Last(file, Math.Max(1, lines))) Console.WriteLine(line);
        if (follow) await LogTail.FollowAsync(file, fromEnd: true, Console.WriteLine, stop);
        return ExitCodes.Ok;
    }
}
