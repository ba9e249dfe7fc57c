using Xunit;

namespace Tessera.EndToEnd;

/// <summary>The whole store on a real broker with PostgreSQL, both started by <c>up</c>: each process is killed in turn while
/// 500 real orders are placed.</summary>
public abstract class BrokerTests(BrokerStore store)
{
    private static readonly string[] _services = ["users", "catalog", "inventory", "orders", "payments", "gateway"];
    private static readonly string _sample = Path.Combine(Command.Root, "samples", "online-retail.csv");

    [Fact]
    public async Task Keeps_every_invariant_while_each_process_is_killed_in_turn()
    {
        store.Require();
        await store.RunAsync("import", _sample);
        using (var replay = store.Start("replay", _sample, "--limit", "500", "--rate", "40"))
        {
            foreach (var service in _services) await store.KillAsync(service);
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

public sealed class RabbitMqStore() : BrokerStore("rabbitmq");

public sealed class KafkaStore() : BrokerStore("kafka");

public sealed class RedisStore() : BrokerStore("redis");

/// <summary>A store with a throwaway broker and database of its own.</summary>
public abstract class BrokerStore : Store
{
    private string? _missing;

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
