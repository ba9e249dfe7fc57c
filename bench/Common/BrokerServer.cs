using Tessera.Testing.Servers;

namespace Tessera.Bench;

/// <summary>
/// One broker of a run, durable and the run's own: RabbitMQ with quorum queues, Kafka with acks from all, Redis with an
/// append-only file synced every second.
/// </summary>
public sealed class BrokerServer : IAsyncDisposable
{
    private readonly IAsyncDisposable _server;
    private readonly Func<int> _processId;

    private BrokerServer(string name, string address, IAsyncDisposable server, Func<int> processId) =>
        (Name, Address, _server, _processId) = (name, address, server, processId);

    public string Name { get; }

    public string Address { get; }

    public int ProcessId => _processId();

    /// <summary>Frozen, its connections open and silent.</summary>
    public required Func<Task> PauseAsync { get; init; }

    public required Action Resume { get; init; }

    /// <summary>As an operator stops it.</summary>
    public required Func<Task> StopAsync { get; init; }

    /// <summary>After <see cref="StopAsync"/>: same port, same data.</summary>
    public required Func<Task> StartAgainAsync { get; init; }

    /// <exception cref="InvalidOperationException">The name is not known, or the programs are
    /// not on this machine.</exception>
    public static Task<BrokerServer> StartAsync(string name) => name switch
    {
        "rabbitmq" => StartAsync(name, new RabbitMqServer()),
        "redis" => StartAsync(name, new RedisServer
        {
            Settings = new Dictionary<string, string>
            {
                ["appendonly"] = "yes", ["appendfsync"] = "everysec", ["maxmemory-policy"] = "noeviction",
            },
        }),
        "kafka" => StartAsync(name, new KafkaServer()),
        _ => throw new InvalidOperationException($"The broker '{name}' is not known: rabbitmq, kafka or redis."),
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task<BrokerServer> StartAsync(string name, RabbitMqServer server)
    {
        if (!server.IsAvailable) throw Servers.Missing("RabbitMQ");
        await server.InitializeAsync();
        return new BrokerServer(name, server.Uri, server, () => server.ProcessId)
        {
            PauseAsync = server.PauseAsync, Resume = server.Resume,
            StopAsync = server.StopAsync, StartAgainAsync = server.StartAsync,
        };
    }

    private static async Task<BrokerServer> StartAsync(string name, RedisServer server)
    {
        if (!server.IsAvailable) throw Servers.Missing("Redis");
        await server.InitializeAsync();
        return new BrokerServer(name, server.Address, server, () => server.ProcessId)
        {
            PauseAsync = server.PauseAsync, Resume = server.Resume,
            StopAsync = server.StopAsync, StartAgainAsync = server.StartAsync,
        };
    }

    private static async Task<BrokerServer> StartAsync(string name, KafkaServer server)
    {
        if (!server.IsAvailable) throw Servers.Missing("Kafka");
        await server.InitializeAsync();
        return new BrokerServer(name, server.BootstrapServers, server, () => server.ProcessId)
        {
            PauseAsync = server.PauseAsync, Resume = server.Resume,
            StopAsync = server.StopAsync, StartAgainAsync = server.StartAsync,
        };
    }
}
