using Tessera.Testing.Servers;

namespace Tessera.OrderHop;

/// <summary>
/// The servers of a run, each durable and this run's own: PostgreSQL with fsync and synchronous_commit, RabbitMQ with quorum
/// queues, Kafka with acks from all, Redis with an append-only file synced every second.
/// </summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly PostgresServer _postgres = new()
    {
        Settings = new Dictionary<string, string> { ["shared_buffers"] = "512MB", ["max_connections"] = "300" },
    };

    private readonly List<IAsyncDisposable> _brokers = [];

    public string Postgres => _postgres.AdminConnectionString;

    public int PostgresPid => _postgres.ProcessId;

    public List<Contender> Contenders { get; } = [];

    /// <exception cref="InvalidOperationException">A server's programs are not on this machine.</exception>
    public async Task StartAsync(IReadOnlyList<string> brokers)
    {
        if (!_postgres.IsAvailable) throw Missing("PostgreSQL");
        await _postgres.InitializeAsync();
        foreach (var broker in brokers) Contenders.Add(await StartAsync(broker));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers) await broker.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private async Task<Contender> StartAsync(string broker)
    {
        switch (broker)
        {
            case "rabbitmq":
                var rabbit = new RabbitMqServer();
                _brokers.Add(rabbit);
                if (!rabbit.IsAvailable) throw Missing("RabbitMQ");
                await rabbit.InitializeAsync();
                return new Contender(broker, rabbit.Uri, rabbit.ProcessId);
            case "redis":
                var redis = new RedisServer
                {
                    Settings = new Dictionary<string, string>
                    {
                        ["appendonly"] = "yes", ["appendfsync"] = "everysec", ["maxmemory-policy"] = "noeviction",
                    },
                };
                _brokers.Add(redis);
                if (!redis.IsAvailable) throw Missing("Redis");
                await redis.InitializeAsync();
                return new Contender(broker, redis.Address, redis.ProcessId);
            case "kafka":
                var kafka = new KafkaServer();
                _brokers.Add(kafka);
                if (!kafka.IsAvailable) throw Missing("Kafka");
                await kafka.InitializeAsync();
                return new Contender(broker, kafka.BootstrapServers, kafka.ProcessId);
            default:
                throw new InvalidOperationException($"The broker '{broker}' is not known: rabbitmq, kafka or redis.");
        }
    }

    private static InvalidOperationException Missing(string server) =>
        new($"The programs of {server} are not on this machine; docs/testing.md says how to get them.");
}
