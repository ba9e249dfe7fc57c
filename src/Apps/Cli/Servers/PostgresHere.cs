using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Tessera.Cli.Up;

namespace Tessera.Cli.Servers;

/// <summary>One PostgreSQL cluster; each service gets a role and a database of its own in it.</summary>
internal sealed class PostgresHere(string folder) : LocalServer(folder)
{
    private readonly string? _programs = Programs();

    public override string Name => "postgres";

    /// <summary>The administrator's; the services never see it.</summary>
    public override string Address => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={Port};Username=postgres;" +
        $"Password={Passwords.Read(PasswordFile)};Database=postgres");

    /// <summary>The administrator's login at the server that runs for this store; null when it runs none.</summary>
    public static string? AddressOf(RunFolder folder)
    {
        var here = new PostgresHere(LocalServers.FolderOf(folder, "postgres"));
        var running = folder.ReadState()?.Servers.FirstOrDefault(server => server.Service == here.Name);
        if (running is null || !File.Exists(here.PasswordFile)) return null;
        here.Port = running.Http1;
        return here.Address;
    }

    public override string? Missing => _programs is null
        ? "PostgreSQL is not here: apt-get install postgresql, or name one with --database-address."
        : null;

    public override IReadOnlyList<string> Command => AsUser(
        "postgres", "-D", Data, "-c", "listen_addresses=127.0.0.1",
        "-c", string.Create(CultureInfo.InvariantCulture, $"port={Port}"),
        "-c", "unix_socket_directories=", "-c", "max_connections=500");

    private string Data => Path.Combine(Home, "data");

    /// <summary>PostgreSQL refuses to run as root, and another user may not be let into the store's folder.
    /// Root's clusters therefore stand outside, each named after its store.</summary>
    internal string Home => Environment.IsPrivilegedProcess
        ? Path.Combine("/var/tmp", "tessera-postgres-" +
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Folder)))[..16])
        : Folder;

    public override string WorkingFolder => Home;

    private string PasswordFile => Path.Combine(Folder, "administrator");

    public override async Task PrepareAsync(CancellationToken stop)
    {
        if (Environment.IsPrivilegedProcess) await OwnHomeAsync(stop);
        if (File.Exists(Path.Combine(Data, "PG_VERSION")) && File.Exists(PasswordFile)) return;
        // A cluster without the store that it belonged to is nobody's: the store's folder was deleted to begin anew.
        if (Directory.Exists(Data)) Directory.Delete(Data, recursive: true);
        Directory.CreateDirectory(Home);
        var password = Passwords.New() + "\n";
        var handedOver = Path.Combine(Home, "administrator.new");
        await Passwords.WriteAsync(handedOver, password, stop);
        if (Environment.IsPrivilegedProcess) await RunToEnd.Async(["chown", "-R", User(), Home], Folder, stop);
        await RunToEnd.Async(
            AsUser(
                "initdb", "-D", Data, "-A", "scram-sha-256", "-U", "postgres", "--pwfile", handedOver,
                "-E", "UTF8", "--locale=C"),
            Home, stop);
        File.Delete(handedOver);
        await Passwords.WriteAsync(PasswordFile, password, stop);
    }

    /// <summary>Anybody may make a folder of that name first, or a link, and would own what root puts there.</summary>
    private async Task OwnHomeAsync(CancellationToken stop)
    {
        if (!Path.Exists(Home) && new FileInfo(Home).LinkTarget is null)
        {
            // The program fails where .NET's call is content with what it finds.
            await RunToEnd.Async(["mkdir", "-m", "700", "--", Home], Folder, stop);
            return;
        }
        var found = (await RunToEnd.Async(["stat", "-c", "%F %a %U", "--", Home], Folder, stop)).Trim();
        if (found != $"directory 700 {User()}" && found != "directory 700 root")
        {
            throw new UserError(
                $"{Home}, where PostgreSQL's files go when root starts a store, is there and not safe to use " +
                $"({found}): look at it, and remove it.");
        }
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

    private string[] AsUser(string program, params string[] words)
    {
        var path = Path.Combine(_programs!, program);
        return Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={User()}", "--clear-groups", "--", path, .. words]
            : [path, .. words];
    }

    private static string User() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ? "postgres"
            : "nobody";

    private static string? Programs()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderDescending(StringComparer.Ordinal).Select(version => version + "/bin")
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return debian.Concat(path).FirstOrDefault(folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}
