using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Tessera.Testing.Servers;

/// <summary>A throwaway PgBouncer before a PostgreSQL: each transaction may get another of a few server
/// connections.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Append("/usr/sbin").Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists);

    private readonly string _folder = ScratchFolder.Create("pgbouncer");
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    private PgBouncer()
    {
    }

    /// <summary>Why it cannot be had here and how to get it; null when it is there.</summary>
    public static string? Missing => Program is null
        ? MissingServer.Reason("PgBouncer", "Install it (apt-get install pgbouncer).")
        : null;

    public static async Task<PgBouncer> StartAsync(PostgresServer server)
    {
        var made = new PgBouncer();
        await made.RunAsync(new NpgsqlConnectionStringBuilder(server.AdminConnectionString));
        return made;
    }

    /// <summary>The way to the same database through the pooler.</summary>
    public string To(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _port }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync(NpgsqlConnectionStringBuilder server)
    {
        var settings = Path.Combine(_folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port} user={server.Username} password={server.Password ?? "none"}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 6
            max_client_conn = 1000
            min_pool_size = 3
            server_round_robin = 1
            autodb_idle_timeout = 2
            server_idle_timeout = 3
            """));
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(settings, (UnixFileMode)0b110_100_100);
        }
        var (program, arguments) = Unprivileged.Command(Program!, [settings]);
        _process = ServerProcess.Start(program, arguments, _folder);
        await _process.ReadyAsync("PgBouncer", AcceptsAsync);
    }

    private async Task<bool> AcceptsAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
