using System.Security.Cryptography;
using System.Text;
using Tessera.Messaging.Postgres;
using Tessera.Testing.Servers;

namespace Tessera.Testing.Services;

/// <summary>
/// Where the services under test keep their data: SQLite files, or, with <c>TESSERA_TEST_DATABASE=postgres</c>,
/// PostgreSQL, each service with a database and a role of its own. So the same tests say the same of both.
/// </summary>
public static class TestDatabase
{
    // One server per test process. It is never disposed of: its guard ends it with the process.
    private static readonly Lazy<Task<PostgresServer>> Server = new(StartServerAsync);

    public static bool IsPostgres => Environment.GetEnvironmentVariable("TESSERA_TEST_DATABASE") == "postgres";

    /// <summary>The connection string of the service's database; the same for the same folder,
    /// also after a restart.</summary>
    public static async Task<string> ProvisionAsync(string service, string dataDirectory)
    {
        var server = await Server.Value;
        var prefix = "t" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataDirectory)))[..12] + "_";
        var own = await ProvisionDatabase.EnsureAsync(
            server.AdminConnectionString, service, "test", prefix, closeOthers: false, CancellationToken.None);
        return own + ";Maximum Pool Size=12";
    }

    private static async Task<PostgresServer> StartServerAsync()
    {
        var server = new PostgresServer { Settings = new Dictionary<string, string> { ["max_connections"] = "600" } };
        server.Require();
        await server.InitializeAsync();
        return server;
    }
}
