using Tessera.Testing.Servers;

namespace Tessera.Bench;

/// <summary>The servers of a run, each durable and this run's own; PostgreSQL with fsync
/// and synchronous_commit.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly PostgresServer _postgres = new()
    {
        Settings = new Dictionary<string, string> { ["shared_buffers"] = "512MB", ["max_connections"] = "300" },
    };

    private readonly List<BrokerServer> _brokers = [];

    public string Postgres => _postgres.AdminConnectionString;

    public int PostgresPid => _postgres.ProcessId;

    public IReadOnlyList<BrokerServer> Brokers => _brokers;

    /// <exception cref="InvalidOperationException">A server's programs are not on this machine.</exception>
    public async Task StartAsync(IReadOnlyList<string> brokers)
    {
        if (!_postgres.IsAvailable) throw Missing("PostgreSQL");
        await _postgres.InitializeAsync();
        foreach (var broker in brokers) _brokers.Add(await BrokerServer.StartAsync(broker));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers) await broker.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    internal static InvalidOperationException Missing(string server) =>
        new($"The programs of {server} are not on this machine; test/Testing.Servers says where they are looked for.");
}
