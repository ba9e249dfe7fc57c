using Tessera.Messaging.Hosting;
using Tessera.Messaging.Kafka;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.RabbitMq;
using Tessera.Messaging.Redis;
using Tessera.Messaging.Sqlite;

namespace Tessera.Messaging.CrashHost;

/// <summary>One run of the scenario, as the test tells the process.</summary>
internal sealed record ScenarioSettings
{
    public required string Folder { get; init; }

    /// <summary>Sets this run's events apart from those that earlier runs left in a broker.</summary>
    public required Guid Run { get; init; }

    /// <summary><c>embedded</c>, <c>rabbitmq</c>, <c>kafka</c> or <c>redis</c>.</summary>
    public string Transport { get; init; } = "embedded";

    public string Address { get; init; } = "";

    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Store { get; init; } = "sqlite";

    public string OrdersDatabase { get; init; } = "";

    public string StockDatabase { get; init; } = "";

    public IReadOnlyList<string> Services { get; init; } = ["orders", "stock"];

    public int Events { get; init; } = 40;

    public int Keys { get; init; } = 5;

    /// <summary>The number that cannot be handled until it is cured; none when negative.</summary>
    public int Poison { get; init; } = 12;

    /// <summary>Also publish an event that no broker takes.</summary>
    public bool Giant { get; init; }

    /// <summary>Where the process dies, and at which pass; null: nowhere.</summary>
    public Checkpoint? CrashAt { get; init; }

    public int CrashPass { get; init; } = 1;

    /// <summary>The process goes on after the scenario has ended, until it is killed.</summary>
    public bool Stay { get; init; }

    /// <summary>Publishes only once nobody else seems to.</summary>
    public bool Standby { get; init; }

    public TimeSpan PublishPause { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Rows that the relay reads per shard and pass.</summary>
    public int OutboxBatch { get; init; } = 256;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(1);

    public void UseBackends(MessagingBuilder messages, string service)
    {
        if (Store == "postgres")
        {
            messages.UsePostgres(
                options => options.ConnectionString = service == "orders" ? OrdersDatabase : StockDatabase);
        }
        else
            messages.UseSqlite(options => options.File = Path.Combine(Folder, service + ".db"));
        _ = Transport switch
        {
            "rabbitmq" => messages.UseRabbitMq(options => options.Uri = Address),
            "kafka" => messages.UseKafka(options =>
            {
                options.BootstrapServers = Address;
                options.ReplicationFactor = 1;
                options.MinInSyncReplicas = 1;
                options.AcceptSingleReplica = true;
                // Who goes on after a kill waits so long for the place of the one that died.
                options.SessionTimeout = 2 * LeaseDuration;
            }),
            "redis" => messages.UseRedis(options =>
            {
                options.Configuration = Address;
                options.AcceptEverysecFsync = true;
                options.LeaseDuration = LeaseDuration;
            }),
            _ => messages.UseEmbeddedTransport(options =>
            {
                options.File = Path.Combine(Folder, "events.db");
                options.LeaseDuration = LeaseDuration;
            }),
        };
    }
}
