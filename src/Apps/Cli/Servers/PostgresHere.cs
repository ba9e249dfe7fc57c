using System.Globalization;
using Npgsql;

namespace Tessera.Cli.Servers;

/// <summary>One PostgreSQL cluster; each service gets a role and a database of its own in it.</summary>
internal sealed class PostgresHere(string folder) : LocalServer(folder)
{
    private readonly string? _programs = Programs();

    public override string Name => "postgres";

    /// <summary>The administrator's; the services never see it.</summary>
    public override string Address => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={Port};Username=postgres;Password={File.ReadAllText(PasswordFile).Trim()};Database=postgres");

    public override string? Missing => _programs is null
        ? "PostgreSQL is not here: apt-get install postgresql, or name one with --database-address."
        : null;

    public override IReadOnlyList<string> Command => AsUser(
        "postgres", "-D", Data, "-c", "listen_addresses=127.0.0.1", "-c", string.Create(CultureInfo.InvariantCulture, $"port={Port}"),
        "-c", "unix_socket_directories=", "-c", "max_connections=300");

    private string Data => Path.Combine(Folder, "data");

    private string PasswordFile => Path.Combine(Folder, "administrator");

    public override async Task PrepareAsync(CancellationToken stop)
    {
        if (File.Exists(Path.Combine(Data, "PG_VERSION"))) return;
        await File.WriteAllTextAsync(PasswordFile, Passwords.New() + "\n", stop);
        if (Environment.IsPrivilegedProcess) await RunToEnd.Async(["chown", "-R", User(), Folder], Folder, stop);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead);
        await RunToEnd.Async(
            AsUser("initdb", "-D", Data, "-A", "scram-sha-256", "-U", "postgres", "--pwfile", PasswordFile, "-E", "UTF8", "--locale=C"),
            Folder, stop);
    }

    public override async Task<bool> AnswersAsync(CancellationToken stop)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Address + ";Pooling=false;Timeout=2");
            await connection.OpenAsync(stop);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private string[] AsUser(string program, params string[] words)
    {
        var path = Path.Combine(_programs!, program);
        return Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={User()}", "--clear-groups", "--", path, .. words]
            : [path, .. words];
    }

    private static string User() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static string? Programs()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => version + "/bin")
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return debian.Concat(path).FirstOrDefault(folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}
