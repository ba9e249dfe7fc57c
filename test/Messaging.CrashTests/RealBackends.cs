using Tessera.Messaging.CrashHost;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.Messaging.CrashTests;

/// <summary>Real brokers with PostgreSQL. Each run has databases of its own; the broker is shared by all.</summary>
public abstract class BrokerAndPostgres(string transport) : CrashBackend
{
    private readonly PostgresServer _postgres = new();

    protected override Task StartAsync() =>
        Task.WhenAll(StartBrokerAsync().AsTask(), _postgres.InitializeAsync().AsTask());

    protected override async Task StopAsync()
    {
        await _postgres.DisposeAsync();
        await StopBrokerAsync();
    }

    protected abstract ValueTask StartBrokerAsync();

    protected abstract ValueTask StopBrokerAsync();

    /// <summary>Where the broker is; skips the test when there is none to be had.</summary>
    protected abstract string RequireAddress();

    private protected override async Task<ScenarioSettings> PrepareRunAsync(TemporaryFolder folder)
    {
        var address = RequireAddress();
        return new ScenarioSettings
        {
            Folder = folder.Path,
            Run = Guid.CreateVersion7(),
            Transport = transport,
            Address = address,
            Store = "postgres",
            OrdersDatabase = await _postgres.CreateDatabaseAsync(),
            StockDatabase = await _postgres.CreateDatabaseAsync(),
        };
    }
}

public sealed class RabbitMqAndPostgres() : BrokerAndPostgres("rabbitmq")
{
    private readonly RabbitMqServer _server = new();

    protected override ValueTask StartBrokerAsync() => _server.InitializeAsync();

    protected override ValueTask StopBrokerAsync() => _server.DisposeAsync();

    protected override string RequireAddress()
    {
        _server.Require();
        return _server.Uri;
    }
}

public sealed class KafkaAndPostgres() : BrokerAndPostgres("kafka")
{
    private readonly KafkaServer _server = new()
    {
        Settings = new Dictionary<string, string> { ["group.min.session.timeout.ms"] = "500" },
    };

    protected override ValueTask StartBrokerAsync() => _server.InitializeAsync();

    protected override ValueTask StopBrokerAsync() => _server.DisposeAsync();

    protected override string RequireAddress()
    {
        _server.Require();
        return _server.BootstrapServers;
    }
}

public sealed class RedisAndPostgres() : BrokerAndPostgres("redis")
{
    private readonly RedisServer _server = new();

    protected override ValueTask StartBrokerAsync() => _server.InitializeAsync();

    protected override ValueTask StopBrokerAsync() => _server.DisposeAsync();

    protected override string RequireAddress()
    {
        _server.Require();
        return _server.Address;
    }
}
