using System.Threading.Channels;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Up;

/// <summary>One line for each change, for where nothing can be redrawn, with the logs that were
/// asked for between them.</summary>
internal static class PlainProgress
{
    /// <param name="showPassword">Not where what is shown is kept in a file.</param>
    public static async Task ShowAsync(
        SupervisorSession session, IReadOnlyList<string> logs, bool showPassword, CancellationToken stop)
    {
        var lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });
        session.Supervisor.Changed += service => lines.Writer.TryWrite(Line(service));
        session.Supervisor.Noticed += notice => lines.Writer.TryWrite(notice);
        foreach (var notice in session.Supervisor.Notices) lines.Writer.TryWrite(notice);
        var tails = session.Supervisor.Plan.Instances
            .Where(instance => logs.Contains(instance.Service) || logs.Contains(instance.Name))
            .Select(instance => LogTail.FollowAsync(
                session.Folder.LogOf(instance.Name), fromEnd: true,
                line => lines.Writer.TryWrite($"{instance.Name} | {line}"), stop))
            .ToList();
        var running = SayRunningAsync(session, showPassword, stop);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(stop)) Console.WriteLine(line);
        }
        finally
        {
            await Task.WhenAll([running, .. tails]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (lines.Reader.TryRead(out var line)) Console.WriteLine(line);
        }
    }

    /// <summary>What a person wants to know when all is ready.</summary>
    public static IEnumerable<string> Welcome(string gateway, OperatorCredentials? made)
    {
        yield return $"Tessera is ready at {gateway}";
        if (made is not null) yield return $"Operator {made.Email}, password {made.Password} (shown this once)";
    }

    private static async Task SayRunningAsync(
        SupervisorSession session, bool showPassword, CancellationToken stop)
    {
        while (session.Supervisor.Snapshot().Phase != RunState.Running) await Task.Delay(100, stop);
        var made = showPassword ? session.NewOperator : null;
        foreach (var line in Welcome(session.Supervisor.Plan.Gateway.Address, made)) Console.WriteLine(line);
        if (showPassword) File.Delete(session.Folder.OperatorUntoldFile);
    }

    /// <summary>Says with a process that is not ready what keeps it, in its own words.</summary>
    public static string Line(InstanceState service)
    {
        var why = service.Why is { Length: > 0 } said ? ": " + said : "";
        return service.State switch
        {
            "restarting" => $"{service.Name} {service.LastEnd}{why}; restarting (log: {service.Log})",
            _ when why.Length > 0 => $"{service.Name} is not ready{why} (log: {service.Log})",
            _ => $"{service.Name} {service.State} {service.Address}",
        };
    }
}
