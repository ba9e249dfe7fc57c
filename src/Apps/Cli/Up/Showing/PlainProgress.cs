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
        var tails = session.Supervisor.Plan.Instances.Concat(session.Supervisor.Plan.Foreign)
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

    /// <summary>What a person wants to know when all is ready, and what joins only later.</summary>
    public static IEnumerable<string> Welcome(RunState state, OperatorCredentials? made)
    {
        yield return $"Tessera is ready at {state.Shown}";
        foreach (var late in state.Services.Where(each => each.State is "building" or "starting" or "unready"))
        {
            // There Webhooks keeps the events of the shop's own mails from its own first start.
            var hears = state.Broker == "embedded" && late.Service == "notifications"
                ? "; what happens until it is ready waits for it"
                : ", and hears of what happens from when it is ready";
            yield return $"{late.Name} is {late.State} still{hears} (log: {late.Log})";
        }
        if (made is not null) yield return $"Operator {made.Email}, password {made.Password} (shown this once)";
    }

    private static async Task SayRunningAsync(
        SupervisorSession session, bool showPassword, CancellationToken stop)
    {
        RunState state;
        while ((state = session.Supervisor.Snapshot()).Phase != RunState.Running) await Task.Delay(100, stop);
        var made = showPassword ? session.NewOperator : null;
        foreach (var line in Welcome(state, made)) Console.WriteLine(line);
        if (showPassword) File.Delete(session.Folder.OperatorUntoldFile);
    }

    /// <summary>Says with a process that is not ready what keeps it, in its own words.</summary>
    public static string Line(InstanceState service)
    {
        var why = service.Why is { Length: > 0 } said ? ": " + said : "";
        return service.State switch
        {
            "absent" => $"{service.Name} is not started, and the store is whole without it{why}",
            "restarting" => $"{service.Name} {service.LastEnd}{why}; restarting (log: {service.Log})",
            "starting" when why.Length > 0 =>
                $"{service.Name} is still starting, and said last{why} (log: {service.Log})",
            _ when why.Length > 0 => $"{service.Name} is not ready{why} (log: {service.Log})",
            _ => $"{service.Name} {service.State} {service.Address}",
        };
    }
}
