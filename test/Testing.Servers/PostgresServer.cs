using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace Tessera.Testing.Servers;

/// <summary>
/// One throwaway PostgreSQL cluster (fsync on, trusting loopback only) on its own port and folder. Its programs are
/// found on the PATH or under <c>/usr/lib/postgresql</c>; <c>TESSERA_TEST_POSTGRES</c> gives the connection string of a
/// running one instead (its user must be allowed to create databases and roles), which then cannot be killed or paused.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string? _given = Environment.GetEnvironmentVariable("TESSERA_TEST_POSTGRES");
    private readonly string? _programs = FindPrograms();
    private readonly string _folder = ScratchFolder.Create("postgres");
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    /// <summary>Further settings of <c>postgresql.conf</c>, for a server made by hand; set before it starts.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public bool IsAvailable => _given is not null || _programs is not null;

    /// <summary>For a user that may create databases and roles.</summary>
    public string AdminConnectionString =>
        _given ?? string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres");

    public int Port => new NpgsqlConnectionStringBuilder(AdminConnectionString).Port;

    /// <summary>Skips the test when there is no PostgreSQL to be had; fails it in CI.</summary>
    public void Require()
    {
        if (!IsAvailable)
        {
            MissingServer.SkipOrFail("PostgreSQL", "Install it (apt-get install postgresql), " +
                "so that initdb and postgres are on the PATH or under /usr/lib/postgresql, " +
                "or set TESSERA_TEST_POSTGRES to a connection string of a running one.");
        }
    }

    /// <summary>As <see cref="Require"/>, for tests that restart, kill or pause the server.</summary>
    public void RequireOwn()
    {
        Require();
        if (_given is not null) Assert.Skip("The server of TESSERA_TEST_POSTGRES is not ours to kill.");
    }

    /// <summary>A new, empty database; the connection string to it. It goes with the cluster.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        Require();
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var source = NpgsqlDataSource.Create(AdminConnectionString + ";Pooling=false");
        await using var create = source.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(AdminConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>The id of the server that was started here.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server was not started here.");

    public async ValueTask InitializeAsync()
    {
        if (_given is not null || _programs is null) return;
        if (Environment.IsPrivilegedProcess) await RunToEndAsync("chown", [Unprivileged.User, _folder]);
        await RunAsync(
            "initdb", ["-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]);
        await StartAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>: same port, same data.</summary>
    public async Task StartAsync()
    {
        Dictionary<string, string> settings = new(Settings)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = _port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
        };
        settings.TryAdd("shared_buffers", "128MB");
        settings.TryAdd("max_connections", "200");
        settings.TryAdd("max_prepared_transactions", "4");
        var (program, arguments) =
            AsUser("postgres", ["-D", Data, .. settings.SelectMany(one => new[] { "-c", one.Key + "=" + one.Value })]);
        _process = ServerProcess.Start(program, arguments, _folder);
        await _process.ReadyAsync("PostgreSQL", AnswersAsync);
    }

    /// <summary>Stops it as an operator would (connections are ended at once) and starts it again.</summary>
    public async Task RestartAsync()
    {
        await RunAsync("pg_ctl", ["stop", "-D", Data, "-m", "fast", "-w"]);
        await _process!.DisposeAsync();
        await StartAsync();
    }

    /// <summary>As a crash of the machine: every process of the server at once, by SIGKILL.</summary>
    public async Task KillAsync()
    {
        var all = await WithAllItsChildrenAsync();
        await SignalAsync("KILL", all);
        await _process!.DisposeAsync();
        while (all.Any(id => Directory.Exists($"/proc/{id}") && !IsZombie(id))) await Task.Delay(10);
    }

    /// <summary>Every process of the server frozen, its connections open and silent.</summary>
    public async Task PauseAsync()
    {
        var all = await WithAllItsChildrenAsync();
        await SignalAsync("STOP", all);
        foreach (var id in all) await Freeze.WaitAsync(int.Parse(id, CultureInfo.InvariantCulture));
    }

    public Task ResumeAsync() => SignalAsync("CONT", WithChildren());

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The process that makes the others is frozen before the look at them: one made after it would live on.
    /// </summary>
    private async Task<string[]> WithAllItsChildrenAsync()
    {
        await _process!.PauseAsync();
        return WithChildren();
    }

    private string[] WithChildren()
    {
        var server = _process!.Id.ToString(CultureInfo.InvariantCulture);
        return [server, .. Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path)!)
            .Where(id => char.IsAsciiDigit(id[0]) && Stat(id) is [_, var parent, ..] && parent == server)];
    }

    private static bool IsZombie(string id) => Stat(id) is ["Z", ..] or [];

    /// <summary>State, parent … of a process; empty when it is gone.</summary>
    private static string[] Stat(string id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static Task SignalAsync(string signal, string[] processes) =>
        RunToEndAsync("kill", ["-" + signal, .. processes]);

    private async Task RunAsync(string program, string[] arguments)
    {
        var (name, all) = AsUser(program, arguments);
        await RunToEndAsync(name, all);
    }

    private (string Program, string[] Arguments) AsUser(string program, string[] arguments) =>
        Unprivileged.Command(Path.Combine(_programs!, program), arguments);

    private static async Task RunToEndAsync(string program, string[] arguments)
    {
        var start =
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WithinAsync(ServerProcess.ReadyWithin);
        var said = await output + await errors;
        if (process.ExitCode != 0 && program != "kill")
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}:\n{said}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(AdminConnectionString + ";Pooling=false;Timeout=2");
            await using var connection = await source.OpenConnectionAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // Not yet.
        }
    }

    private static string? FindPrograms()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderDescending(StringComparer.Ordinal).Select(version => version + "/bin")
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return debian.Concat(path).FirstOrDefault(folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}
