using System.CommandLine;
using Tessera.Cli.Keeping;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;

namespace Tessera.Cli.Reconciling;

/// <summary>Names each event of which two services tell different histories, as they do when they were restored to
/// different moments.</summary>
internal static class ReconcileCommand
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var data = UpOptions.Data();
        var wait = new Option<int>("--wait")
        {
            Description = "How many seconds an event may take to arrive, when the store runs.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 10,
        };
        var postgres = new Option<string?>("--database-address")
        {
            Description = "The connection string that up was given, when the services keep their data in PostgreSQL.",
            HelpName = "CONNECTION",
        };
        var eraseAgain = new Option<bool>("--erase-again")
        {
            Description = "First have Users erase once more whom not every service knows to be erased.",
        };
        var command = new Command("reconcile",
            "Compare the services' histories and name each event that is missing, forgotten or taken twice; " +
            "exit code 1 when there is one.") { data, wait, eraseAgain, postgres };
        command.SetAction(async (parsed, stop) =>
        {
            var patience = Numbers.Seconds(parsed.GetValue(wait), "--wait");
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            var databases = new ServiceDatabases(folder, parsed.GetValue(postgres));
            if (parsed.GetValue(eraseAgain)) await EraseAgainAsync(new KeptErasures(databases), stop);
            return await RunAsync(folder, databases, patience, TimeProvider.System, stop);
        });
        return command;
    }

    private static async Task EraseAgainAsync(KeptErasures erasures, CancellationToken stop)
    {
        var lacking = await erasures.NotEverywhereAsync(await erasures.AllAsync(stop), stop);
        await erasures.RepeatAsync(lacking, stop);
        Console.WriteLine($"Erased again as soon as Users runs: {lacking.Count}");
    }

    private static async Task<int> RunAsync(
        RunFolder folder, ServiceDatabases databases, TimeSpan wait, TimeProvider clock, CancellationToken stop)
    {
        var isRunning = folder.IsSupervised || folder.Orphans().Count > 0;
        var began = clock.GetTimestamp();
        var histories = await ReadHistories.RunAsync(databases, stop);
        var differences = CompareHistories.Run(histories);
        // What is on its way differs for a moment; what differs all the while is a difference.
        while (isRunning && differences.Count > 0 && clock.GetElapsedTime(began) < wait)
        {
            await Task.Delay(_poll, clock, stop);
            histories = await ReadHistories.RunAsync(databases, stop);
            differences = CompareHistories.Run(histories).Intersect(differences).ToHashSet();
        }
        foreach (var line in Report(histories, differences)) Console.WriteLine(line);
        return differences.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    public static IEnumerable<string> Report(Histories histories, IReadOnlySet<Difference> differences)
    {
        var lines = differences.Select(difference => difference.ToString()).Order(StringComparer.Ordinal);
        foreach (var line in lines) yield return line;
        var compared = $"{histories.Orders.Count} orders, {histories.Reservations.Count} reservations, " +
            $"{histories.Payments.Count} payments, {histories.Catalog.Count} products compared";
        yield return differences.Count == 0
            ? $"The histories agree. {compared}."
            : $"{differences.Count} differences. {compared}.";
    }
}
