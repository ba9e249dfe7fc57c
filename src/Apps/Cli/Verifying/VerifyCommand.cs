using System.CommandLine;
using System.Globalization;
using Tessera.Cli.Up;

namespace Tessera.Cli.Verifying;

internal static class VerifyCommand
{
    private const int BrokenShownMax = 10;
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var data = UpOptions.Data();
        var wait = new Option<int>("--wait")
        {
            Description = "How many seconds to wait for the store to come to rest, when it runs.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 30,
        };
        var postgres = new Option<string?>("--database-address")
        {
            Description = "The connection string that up was given, when the services keep their data in PostgreSQL.",
            HelpName = "CONNECTION",
        };
        var command = new Command(
            "verify", "Read the databases and check what the store promises; exit code 1 when a promise is broken.")
        {
            data, wait, postgres,
        };
        command.SetAction((parsed, stop) =>
        {
            var patience = Numbers.Seconds(parsed.GetValue(wait), "--wait");
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            return RunAsync(
                folder, new ServiceDatabases(folder, parsed.GetValue(postgres)), patience, TimeProvider.System, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        RunFolder folder, ServiceDatabases databases, TimeSpan wait, TimeProvider clock, CancellationToken stop)
    {
        // What stands still will not come to rest by waiting.
        var isRunning = folder.IsSupervised || folder.Orphans().Count > 0;
        var began = clock.GetTimestamp();
        var snapshot = await ReadSnapshot.RunAsync(databases, stop);
        var invariants = Invariants.Of(snapshot);
        // The databases are read one after the other: a difference between two of them counts only when nothing moved.
        while (isRunning && !(IsQuiet(snapshot) && invariants.All(each => each.Holds))
            && clock.GetElapsedTime(began) < wait)
        {
            await Task.Delay(_poll, clock, stop);
            snapshot = await ReadSnapshot.RunAsync(databases, stop);
            invariants = Invariants.Of(snapshot);
        }
        foreach (var line in Report(snapshot, invariants)) Console.WriteLine(line);
        return IsQuiet(snapshot) && invariants.All(each => each.Holds) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static bool IsQuiet(Snapshot snapshot) => snapshot.Motion().Count == 0;

    public static IEnumerable<string> Report(Snapshot snapshot, IReadOnlyList<Invariant> invariants)
    {
        foreach (var invariant in invariants)
        {
            var (mark, not) = invariant.Holds ? ("ok    ", "") : ("BROKEN", $": {invariant.Broken.Count} not");
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{mark} {invariant.Checked,8}  {invariant.Name}{not}");
            foreach (var broken in invariant.Broken.Take(BrokenShownMax)) yield return $"                   {broken}";
            if (invariant.Broken.Count > BrokenShownMax)
            {
                yield return $"                   and {invariant.Broken.Count - BrokenShownMax} more";
            }
        }
        var states = snapshot.Orders.GroupBy(order => order.State).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}");
        yield return $"orders: {snapshot.Orders.Count} ({string.Join(", ", states)})";
        var parked = snapshot.Messaging.Where(service => service.Parked > 0)
            .Select(service => $"{service.Parked} in {service.Service}").ToList();
        if (parked.Count > 0) yield return $"parked: {string.Join(", ", parked)} (tessera parked list)";
        var held = snapshot.Messaging.Where(service => service.HeldKeys > 0)
            .Select(service => $"{service.HeldKeys} in {service.Service}").ToList();
        if (held.Count > 0) yield return $"keys the broker refuses: {string.Join(", ", held)}";
        var motion = snapshot.Motion();
        yield return motion.Count == 0
            ? invariants.All(each => each.Holds) ? "At rest; every invariant is whole." : "At rest, and not whole."
            : $"Not at rest: {string.Join(", ", motion)}. What is on its way cannot be judged yet.";
    }
}
