using System.Globalization;
using System.Text.Json;
using Tessera.Bench;

namespace Tessera.OrderHop;

/// <summary>Runs the contenders in turn, so that a drift of the machine meets all of them, and
/// prints a line a run.</summary>
internal static class Driver
{
    private static readonly string[] LatencyNames = ["p50_ms", "p95_ms", "p99_ms", "max_ms"];

    private const int WarmUpSeconds = 10;

    private const string Usage = """
        OrderHop [--brokers rabbitmq,redis,kafka] [--grouped] [--floor] [--orders 20000] [--callers 64] [--rate 200] [--seconds 20]
                 [--repetitions 5] [--out FILE.jsonl]
        Starts PostgreSQL and the brokers for itself. On RabbitMQ, --grouped adds placing by group commit and --floor the bare
        prototype.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (Options.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        await using var servers = new Servers();
        await servers.StartAsync(options.Brokers);
        List<Contender> contenders =
            [.. servers.Brokers.Select(one => new Contender(one.Name, one.Address, one.ProcessId))];
        if (contenders.Find(one => one.Broker == "rabbitmq") is { } rabbit)
        {
            if (options.Grouped) contenders.Add(rabbit with { Kind = "grouped-" });
            if (options.Floor) contenders.Add(rabbit with { Kind = "floor-" });
        }
        var results = new List<Dictionary<string, object>>();
        for (var repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            foreach (var contender in contenders)
            {
                var result = await MeasureAsync(options, servers, contender, repetition);
                results.Add(result);
                var line = JsonSerializer.Serialize(result);
                Console.WriteLine(line);
                if (options.Out is { } file) await File.AppendAllTextAsync(file, line + "\n");
            }
        }
        Console.WriteLine(Medians.Table(results, by: "contender"));
        return 0;
    }

    private static async Task<Dictionary<string, object>> MeasureAsync(
        Options options, Servers servers, Contender contender, int repetition)
    {
        var prefix = "hop_" + contender.Name.Replace('-', '_');
        await Schema.CreateAsync(servers.Postgres, prefix, CancellationToken.None);
        await using var inventory = await Node.StartAsync(
            contender.Role("inventory"), Settings(servers, contender, prefix, "inventory"));
        await using var orders = await Node.StartAsync(
            contender.Role("orders"), Settings(servers, contender, prefix, "orders"));
        await using var database = new Database(servers.Postgres, prefix);
        // The same again, unmeasured: what is measured afterwards is compiled.
        await RunAsync(orders, database, options.Orders, Command("closed", options.Orders, options.Callers));
        await RunAsync(orders, database, options.Rate * WarmUpSeconds, Command("open", options.Rate, WarmUpSeconds));

        var before = await CostsAsync(servers, contender, database, orders, inventory);
        var accepted = await RunAsync(
            orders, database, options.Orders, Command("closed", options.Orders, options.Callers));
        var after = await CostsAsync(servers, contender, database, orders, inventory);
        var span = await database.SpanSecondsAsync();
        var result = new Dictionary<string, object>
        {
            ["contender"] = contender.Name,
            ["repetition"] = repetition,
            ["orders"] = options.Orders,
            ["accepted_per_s"] = Math.Round(options.Orders / accepted),
            ["completed_per_s"] = Math.Round(options.Orders / span),
            ["cpu_ms_app"] = Per(after.App - before.App),
            ["cpu_ms_postgres"] = Per(after.Postgres - before.Postgres),
            ["cpu_ms_broker"] = Per(after.Broker - before.Broker),
            ["write_transactions"] = Per(after.Transactions - before.Transactions),
            ["wal_bytes"] = Math.Round((double)(after.Wal - before.Wal) / options.Orders),
        };
        var open = options.Rate * options.Seconds;
        before = await CostsAsync(servers, contender, database, orders, inventory);
        await RunAsync(orders, database, open, Command("open", options.Rate, options.Seconds));
        after = await CostsAsync(servers, contender, database, orders, inventory);
        result["open_cpu_ms_app"] = PerOpen(after.App - before.App);
        result["open_cpu_ms_postgres"] = PerOpen(after.Postgres - before.Postgres);
        result["open_cpu_ms_broker"] = PerOpen(after.Broker - before.Broker);
        result["open_write_transactions"] = PerOpen(after.Transactions - before.Transactions);
        var latencies = await database.LatenciesAsync();
        result["open_rate"] = options.Rate;
        foreach (var (name, value) in LatencyNames.Zip(latencies)) result[name] = Math.Round(value, 2);
        return result;

        double Per(double total) => Math.Round(total / options.Orders, 4);

        double PerOpen(double total) => Math.Round(total / open, 3);
    }

    private static string Command(string name, int first, int second) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {first} {second}");

    private static async Task<double> RunAsync(Node orders, Database database, int count, string command)
    {
        await database.ResetAsync();
        var seconds = await orders.PlaceAsync(command);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (await database.ConfirmedAsync() < count)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(2)) break;
            await Task.Delay(200);
        }
        await database.VerifyAsync(count);
        return seconds;
    }

    private static async Task<(double App, double Postgres, double Broker, long Transactions, decimal Wal)> CostsAsync(
        Servers servers, Contender contender, Database database, Node orders, Node inventory)
    {
        var (transactions, wal) = await database.CostsAsync();
        return (Cpu.OfTree(orders.Id) + Cpu.OfTree(inventory.Id), Cpu.OfTree(servers.PostgresPid),
            contender.BrokerPid > 0 ? Cpu.OfTree(contender.BrokerPid) : 0, transactions, wal);
    }

    private static Dictionary<string, string> Settings(
        Servers servers, Contender contender, string prefix, string service) => new()
    {
        ["Database__Engine"] = "postgres",
        ["Database__ConnectionString"] = Schema.Of(servers.Postgres, $"{prefix}_{service}"),
        ["Messaging__Broker"] = contender.Broker,
        ["Messaging__RabbitMq__Uri"] = contender.Address,
        ["Messaging__RabbitMq__QuorumSize"] = "1",
        ["Messaging__Kafka__BootstrapServers"] = contender.Address,
        ["Messaging__Kafka__AcceptSingleReplica"] = "true",
        ["Messaging__Kafka__ReplicationFactor"] = "1",
        ["Messaging__Kafka__MinInSyncReplicas"] = "1",
        ["Messaging__Redis__AcceptEverysecFsync"] = "true",
        ["Messaging__Redis__Configuration"] = contender.Address,
        ["Logging__LogLevel__Default"] = "Warning",
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
    };
}
