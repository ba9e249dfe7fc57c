using System.Text.Json;
using Tessera.Bench;

namespace Tessera.Flow;

/// <summary>Runs the brokers in turn and prints a line a run. A run whose end state is not whole has
/// no line and fails all.</summary>
internal static class Driver
{
    private const string Usage = """
        Flow relay|consume|drain|away [--brokers rabbitmq,redis,kafka] [--events 100000] [--keys 10000] [--rate 500] [--seconds 60]
             [--stop] [--repetitions 3] [--out FILE.jsonl]
        Starts PostgreSQL and the brokers for itself. --rate, --seconds and --stop are of away: --stop ends the broker instead of
        freezing it.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (Options.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        var failed = false;
        var lines = new List<IReadOnlyDictionary<string, object>>();
        await using var servers = new Servers();
        await servers.StartAsync([]);
        for (var repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            foreach (var name in options.Brokers)
            {
                // A new broker for each run: the one measured is the only one there, and holds
                // nothing of the runs before.
                await using var server = await BrokerServer.StartAsync(name);
                var run = new Run(options, servers.Postgres, server, repetition);
                try
                {
                    await MeasureAsync(run);
                }
                catch (InvalidOperationException notWhole)
                {
                    await Console.Error.WriteLineAsync(
                        $"{options.Mode} on {name}, repetition {repetition}: {notWhole.Message}");
                    failed = true;
                    continue;
                }
                lines.Add(run.Line);
                var line = JsonSerializer.Serialize(run.Line);
                Console.WriteLine(line);
                if (options.Out is { } file) await File.AppendAllTextAsync(file, line + "\n");
            }
        }
        Console.WriteLine(Medians.Table(lines, by: "broker"));
        return failed ? 1 : 0;
    }

    private static Task MeasureAsync(Run run) => run.Options.Mode switch
    {
        "relay" => RelayRun.MeasureAsync(run),
        "consume" => ConsumeRun.MeasureAsync(run),
        "drain" => DrainRun.MeasureAsync(run),
        _ => AwayRun.MeasureAsync(run),
    };
}
