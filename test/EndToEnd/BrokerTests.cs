using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Tessera.Testing.Servers;
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
        var before = await OrdersAsync();
        using (var replay = store.Start("replay", _sample, "--limit", "500", "--rate", store.Rate))
        {
            foreach (var process in store.Processes) await store.KillAsync(process);
            var result = await replay.EndAsync(TestContext.Current.CancellationToken);
            Assert.True(result.ExitCode == 0, result.All);
            Assert.Contains("placed         500", result.Output, StringComparison.Ordinal);
        }
        await store.VerifyAsync();
        // Copies came, of events and of requests: nothing of that is an error to the database.
        var errors = DatabaseErrors.In(store.LogOf("server-postgres"));
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        Assert.Equal(before + 500, await OrdersAsync());
        var again = await store.RunAsync("replay", _sample, "--limit", "500");
        Assert.Contains("placed         500 (0 now)", again, StringComparison.Ordinal);
    }

    /// <summary>Others of the store's tests may have ordered before.</summary>
    private async Task<int> OrdersAsync() => int.Parse(
        Regex.Match(await store.RunAsync("verify"), "orders: ([0-9]+) ").Groups[1].Value, CultureInfo.InvariantCulture);
}

/// <summary>What holds of every store with servers of its own, and need not be shown on each.</summary>
public abstract class ServerTests(BrokerStore store) : BrokerTests(store)
{
    private readonly BrokerStore _store = store;

    [Fact]
    public void Starts_without_a_word_of_errors_or_warnings()
    {
        _store.Require();
        Assert.Empty(_store.SaidAtStart);
    }

    [Fact]
    public async Task Starts_a_server_again_that_died_and_brings_what_was_ordered_to_its_end()
    {
        _store.Require();
        var shop = await Shop.OpenAsync(_store.Port, _store.Data);
        var buyer = await shop.NewBuyerAsync();
        var sku = await shop.NewProductAsync(stock: 1000);
        await shop.BecomesAsync(buyer, (await shop.PlaceAsync(buyer, sku)).Id, "Confirmed");
        foreach (var server in await _store.ServersAsync())
        {
            await _store.KillAsync(server);
            var order = Guid.Empty;
            await Eventually.HoldsAsync("orders are accepted again", async () =>
            {
                using var response = await shop.TryPlaceAsync(
                    buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)]));
                if (!response.IsSuccessStatusCode) return false;
                order = (await response.Content.ReadFromJsonAsync<OrderView>())!.Id;
                return true;
            }, Eventually.ProcessBound);
            await shop.BecomesAsync(buyer, order, "Confirmed");
        }
        await _store.VerifyAsync();
    }
}

public sealed class StoreOnRabbitMq(RabbitMqStore store) : ServerTests(store), IClassFixture<RabbitMqStore>;

public sealed class StoreOnKafka(KafkaStore store) : ServerTests(store), IClassFixture<KafkaStore>;

public sealed class StoreOnRedis(RedisStore store) : ServerTests(store), IClassFixture<RedisStore>;

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
        SaidAtStart = _missing is null ? Complaints() : [];
    }

    /// <summary>Errors and warnings that the services logged until all were ready.</summary>
    internal IReadOnlyList<string> SaidAtStart { get; private set; } = [];

    /// <summary>The servers that <c>up</c> has started.</summary>
    internal async Task<IReadOnlyList<string>> ServersAsync() =>
    [
        .. (await StatusAsync()).GetProperty("servers").EnumerateArray()
            .Select(server => server.GetProperty("name").GetString()!),
    ];

    private List<string> Complaints() =>
    [
        .. Processes.SelectMany(process => LogOf(process)
            .Where(line => line.Contains(" ERR ", StringComparison.Ordinal)
                || line.Contains(" WRN ", StringComparison.Ordinal))
            .Select(line => process + ": " + line)),
    ];

    /// <summary>Skips on a machine without the server; fails in CI.</summary>
    public void Require()
    {
        if (_missing is not null) MissingServer.SkipOrFail(_missing);
    }
}
