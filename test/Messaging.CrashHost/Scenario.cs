using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.CrashHost;

/// <summary>
/// Two services: <c>orders</c> publishes numbers under a few keys, <c>stock</c> handles each and answers,
/// a timer follows each. One number is poison until it is cured and replayed. Everything can be stopped
/// anywhere and started again.
/// </summary>
internal sealed class Scenario : IAsyncDisposable
{
    private readonly ScenarioSettings _settings;
    private readonly Dictionary<string, IHost> _hosts = [];

    private Scenario(ScenarioSettings settings) => _settings = settings;

    public static async Task<Scenario> StartAsync(ScenarioSettings settings, Action<Checkpoint>? reached)
    {
        var scenario = new Scenario(settings);
        foreach (var service in settings.Services) scenario._hosts[service] = Build(settings, service, reached);
        try
        {
            foreach (var (service, host) in scenario._hosts)
            {
                await CreateTablesAsync(host.Services);
                if (service == "stock") await SeedAsync(host.Services);
                await host.StartAsync();
            }
            return scenario;
        }
        catch
        {
            // A host that ran on would read what is meant for the scenarios after this one.
            await scenario.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes, cures and replays until everything has had its effect.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var driving = new List<Task>();
        if (_hosts.TryGetValue("orders", out var orders))
        {
            driving.Add(new OrdersDriver(_settings, orders.Services).RunAsync(stop));
        }
        if (_hosts.TryGetValue("stock", out var stock))
        {
            driving.Add(new StockDriver(_settings, stock.Services).RunAsync(stop));
        }
        await Task.WhenAll(driving);
        if (_settings.Stay) await Task.Delay(Timeout.Infinite, stop);
    }

    public IServiceProvider Of(string service) => _hosts[service].Services;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values)
        {
            await host.StopAsync();
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        }
    }

    internal static IHost Build(ScenarioSettings settings, string service, Action<Checkpoint>? reached)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Messaging:LeaseDuration"] = settings.LeaseDuration.ToString(),
            ["Messaging:PayloadSizeBytesMax"] = "16777216",
            ["Messaging:Consume:RetryDelayMin"] = "00:00:00.005",
            ["Messaging:Consume:RetryDelayMax"] = "00:00:00.100",
            ["Messaging:Outbox:BatchSize"] = settings.OutboxBatch.ToString(CultureInfo.InvariantCulture),
            ["Messaging:Outbox:RetryDelayMin"] = "00:00:00.020",
            ["Messaging:Timers:PollInterval"] = "00:00:00.050",
            ["Messaging:Inbox:TrimInterval"] = "00:00:00.100",
            ["Messaging:Inbox:TrimStep"] = "2",
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("TEST_LOG") is not null) builder.Logging.AddSimpleConsole();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Cure>();
        builder.Services.AddMessaging(service, messages =>
        {
            if (service == "orders")
            {
                messages.Publishes<OrderPlaced>(placed => placed.Key).Handle<ConfirmOrder>().SubscribedBy(["stock"]);
            }
            else
            {
                messages.Publishes<OrderSeen>(seen => seen.Key)
                    .Handle<SeeOrder>().Timer<FireOverdue>().SubscribedBy(["orders"]);
            }
            settings.UseBackends(messages, service);
        });
        var host = builder.Build();
        host.Services.GetRequiredService<Checkpoints>().Reached = reached;
        return host;
    }

    private static async Task CreateTablesAsync(IServiceProvider services)
    {
        var store = services.GetRequiredService<IMessageStore>();
        await store.PrepareAsync(default);
        var isPostgres = services.GetRequiredService<IDatabase>().Engine == "postgres";
        var number = isPostgres
            ? "place bigint generated always as identity"
            : "place integer primary key autoincrement";
        await using var session = await store.BeginAsync(default);
        // The server may still commit for the process that was killed, and "if not exists" does not wait for that.
        if (isPostgres) session.Enqueue("select pg_advisory_xact_lock(42)", []);
        foreach (var table in new[] { "seen", "confirmed" })
            session.Enqueue($"create table if not exists {table} ({number}, name text, number integer)", []);
        session.Enqueue($"create table if not exists fired ({number}, number integer)", []);
        session.Enqueue("create table if not exists published (number integer primary key)", []);
        session.Enqueue("create table if not exists cured (number integer primary key)", []);
        await session.CommitAsync(default);
    }

    /// <summary>Old inbox rows, for the retention to trim.</summary>
    private static async Task SeedAsync(IServiceProvider services)
    {
        await using var session = await services.GetRequiredService<IMessageStore>().BeginAsync(default);
        var ids = Enumerable.Range(0, 7).Select(_ => Guid.CreateVersion7()).ToArray();
        var longAgo = services.GetRequiredService<TimeProvider>().GetUtcNow().AddYears(-1);
        await session.AdmitAsync("orders", ids, ["nobody"], longAgo, default);
        await session.CommitAsync(default);
    }
}
