using System.CommandLine;
using System.Text.RegularExpressions;
using Tessera.Cli.Up;
using Tessera.Stories;

namespace Tessera.Cli.Logs;

/// <summary>One process's log as it is, or those of all, merged by time.</summary>
internal static partial class LogsCommand
{
    private const int LinesUnlessAsked = 50;

    /// <summary>They are kept in memory.</summary>
    private const int LinesMax = 1_000_000;

    public static Command Create()
    {
        var data = UpOptions.Data();
        var service = new Argument<string?>("SERVICE")
        {
            Description = "Such as orders, orders-2 or supervisor; all of them without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var follow =
            new Option<bool>("--follow", "-f") { Description = "Go on showing what is written, until Ctrl-C." };
        var lines = new Option<int?>("--lines", "-n")
        {
            Description =
                $"How many of the last lines: {LinesUnlessAsked}, or all that --trace, --order and --since find.",
        };
        var trace = new Option<string?>("--trace")
        {
            Description = "What happened in this trace, in whatever process.",
            HelpName = "ID",
        };
        var order = new Option<Guid?>("--order")
        {
            Description = "What names this order, and all of the traces in which it is named.",
            HelpName = "ID",
        };
        var since = new Option<string?>("--since")
        {
            Description = "Not older than this, such as 30s, 10m, 2h or 1d.",
            HelpName = "TIME",
        };
        var command = new Command("logs", "Show a service's log, or what all of them say of a trace or an order.")
        {
            service, data, follow, lines, trace, order, since,
        };
        command.SetAction((parsed, stop) => RunAsync(
            new LogFiles(new RunFolder(parsed.GetRequiredValue(data)).Logs), parsed.GetValue(service),
            new LogFilter(
                TraceId(parsed.GetValue(trace)), parsed.GetValue(order), Since(parsed.GetValue(since))),
            parsed.GetValue(lines) is { } count ? Numbers.InRange(count, 1, LinesMax, "--lines") : null,
            parsed.GetValue(follow), stop));
        return command;
    }

    private static async Task<int> RunAsync(
        LogFiles files, string? service, LogFilter filter, int? lines, bool follow, CancellationToken stop)
    {
        var known = files.Names;
        if (known.Count == 0) throw new UserError("There are no logs yet: nothing was started on this data folder.");
        if (service is not null && !known.Contains(service))
            throw new UserError($"There is no log of '{service}'; there are {string.Join(", ", known)}.");
        if (service is not null && filter.IsEmpty)
        {
            var shown = lines ?? LinesUnlessAsked;
            foreach (var line in LogTail.Last(files.Current(service), shown)) Console.WriteLine(line);
            if (follow) await LogTail.FollowAsync(files.Current(service), fromEnd: true, Console.WriteLine, stop);
            return ExitCodes.Ok;
        }
        var names = service is null ? known : [service];
        var width = names.Max(name => name.Length);
        var found = filter.Of(() => files.Merge(names));
        if (lines is not null || filter.IsEmpty) found = found.TakeLast(lines ?? LinesUnlessAsked);
        var count = 0;
        foreach (var line in found)
        {
            Console.WriteLine($"{line.Process.PadRight(width)}  {line.Text}");
            count++;
        }
        if (follow) await FollowAsync(files, names, filter, width, stop);
        else if (count == 0)
            Console.Error.WriteLine("tessera: no line says anything of that; the logs go back 48 MiB each.");
        return count > 0 || follow ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static Task FollowAsync(
        LogFiles files, IEnumerable<string> names, LogFilter filter, int width, CancellationToken stop) =>
        Task.WhenAll(names.Select(name => LogTail.FollowAsync(files.Current(name), fromEnd: true, text =>
        {
            var line = new LogLine(name, LogLine.TimeOf(text) ?? TimeProvider.System.GetUtcNow(), text);
            if (filter.Of(() => [line]).Any()) Console.WriteLine($"{name.PadRight(width)}  {text}");
        }, stop)));

    private static string? TraceId(string? given) => given switch
    {
        null => null,
        _ when Hexadecimal().IsMatch(given) => given.ToLowerInvariant(),
        _ => throw new UserError(
            $"'{given}' is no trace id: it has 32 hexadecimal digits, such as an answer's traceId names.",
            ExitCodes.Usage),
    };

    private static DateTimeOffset? Since(string? given) =>
        given is null ? null : TimeProvider.System.GetUtcNow() - Durations.Parse(given);

    [GeneratedRegex(@"^[0-9a-fA-F]{32}\z")]
    private static partial Regex Hexadecimal();
}
