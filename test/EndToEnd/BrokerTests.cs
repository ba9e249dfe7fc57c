using Xunit;

namespace Tessera.EndToEnd;

/// <summary>The whole store on a real broker with PostgreSQL, both started by <c>up</c>: each process is killed in turn
/// while 500 real orders are placed.</summary>
public abstract class BrokerTests(BrokerStore store)
{
    private static readonly string _sample = Path.Combine(Command.Root, "samples", "online-retail.csv");

    [Fact]
    public async Task Keeps_every_invariant_while_each_process_is_killed_in_turn()
    {
        store.Require();
        await store.RunAsync("import", _sample);
        using (var replay = store.Start("replay", _sample, "--limit", "500", "--rate", store.Rate))
        {
            foreach (var process in store.Processes) await store.KillAsync(process);
            var result = await replay.EndAsync(TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, result.All);
            Assert.Contains("placed         500", result.Output, StringComparison.Ordinal);
        }
        await store.VerifyAsync();
        Assert.Contains("orders: 500 ", await store.RunAsync("verify"), StringComparison.Ordinal);
        var again = await store.RunAsync("replay", _sample, "--limit", "500");
        Assert.Contains("placed         500 (0 now)", again, StringComparison.Ordinal);
    }
}

public sealed class StoreOnRabbitMq(RabbitMqStore store) : BrokerTests(store), IClassFixture<RabbitMqStore>;

public sealed class StoreOnKafka(KafkaStore store) : BrokerTests(store), IClassFixture<KafkaStore>;

public sealed class StoreOnRedis(RedisStore store) : BrokerTests(store), IClassFixture<RedisStore>;

/// <summary>Two processes of every service share its work; they start together on an empty database.</summary>
public sealed class StoreWithReplicas(ReplicatedStore store) : BrokerTests(store), IClassFixture<ReplicatedStore>;

public sealed class RabbitMqStore() : BrokerStore("rabbitmq");

public sealed class KafkaStore() : BrokerStore("kafka");

public sealed class RedisStore() : BrokerStore("redis");

public sealed class ReplicatedStore : BrokerStore
{
    private static readonly string[] _services = ["users", "catalog", "inventory", "orders", "payments"];

    public ReplicatedStore()
        : base("rabbitmq")
    {
        UpWords = [.. UpWords, "--replicas", string.Join(',', _services.Select(service => service + "=2"))];
        Processes = [.. _services.SelectMany(service => new[] { service, service + "-2" }), "gateway"];
        Rate = "15"; // So that orders are being placed all the while.
    }
}

/// <summary>A store with a throwaway broker and database of its own.</summary>
public abstract class BrokerStore : Store
{
    private string? _missing;

    /// <summary>What is killed, in turn.</summary>
    public IReadOnlyList<string> Processes { get; protected init; } =
        ["users", "catalog", "inventory", "orders", "payments", "gateway"];

    /// <summary>Orders placed a second while that goes on.</summary>
    public string Rate { get; protected init; } = "40";

    protected BrokerStore(string broker) => UpWords = ["--broker", broker, "--database", "postgres"];

    public override async ValueTask InitializeAsync()
    {
        var result = await TryAsync(UpCommand);
        if (result.ExitCode != 0 && result.All.Contains("is not here", StringComparison.Ordinal)) _missing = result.All;
        else Assert.True(result.ExitCode == 0, result.All);
    }

    /// <summary>Skips on a machine without the server; fails in CI.</summary>
    public void Require()
    {
        if (_missing is null) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(_missing);
        Assert.Skip(_missing);
    }
}
