using System.Security.Cryptography;
using Tessera.Cli.Servers;

namespace Tessera.Cli.Shipping;

/// <summary>The secrets of a store that runs in containers with a PostgreSQL and a RabbitMQ of its own, a folder for
/// each process and a file for each secret.</summary>
internal static class StoreSecrets
{
    private const string BrokerUser = "tessera";
    private static readonly string[] _clients = ["web", "console", "scripts"];

    /// <summary>By <c>folder/file</c>. Made anew: each call has other passwords.</summary>
    public static SortedDictionary<string, string> Make(IReadOnlyList<ListedProcess> all)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var (admin, broker) = (Passwords.New(), Passwords.New());
        var foreign = all.Where(process => process.IsForeign).Select(process => process.Name).ToList();
        var clients = _clients.Concat(foreign).ToDictionary(client => client, _ => Passwords.New());
        files["postgres/password"] = admin;
        files["postgres/databases.sql"] = "";
        files["rabbitmq/rabbitmq.conf"] = $"default_user = {BrokerUser}\ndefault_pass = {broker}\n";
        foreach (var process in all.Where(process => process.HasServers))
        {
            var password = Passwords.New();
            files["postgres/databases.sql"] +=
                $"create role {process.Name} login password '{password}';\n" +
                $"create database {process.Name} owner {process.Name};\n" +
                $"revoke all on database {process.Name} from public;\n";
            files[$"{process.Name}/Database__ConnectionString"] =
                $"Host=postgres;Database={process.Name};Username={process.Name};Password={password}";
            files[$"{process.Name}/Messaging__RabbitMq__Uri"] = $"amqp://{BrokerUser}:{broker}@rabbitmq:5672/";
        }
        var pages = Passwords.New();
        foreach (var name in new[] { "gateway", "web", "ops" }) files[$"{name}/Tessera__PagesSecret"] = pages;
        files["web/Tessera__ClientSecrets__web"] = clients["web"];
        files["ops/Tessera__ClientSecrets__console"] = clients["console"];
        foreach (var name in foreign) files[$"{name}/Tessera__ClientSecrets__{name}"] = clients[name];
        foreach (var (client, secret) in clients) files[$"users/Tessera__ClientSecrets__{client}"] = secret;
        files["users/Users__OperatorPassword"] =
            RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20);
        return files;
    }

    /// <summary>Writes them into a folder that its owner alone can look into. The files themselves are readable: a
    /// container that one of the inner folders is mounted in reads them as another user.</summary>
    public static async Task WriteAsync(
        string folder, IReadOnlyDictionary<string, string> files, IEnumerable<string> folders, CancellationToken stop)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, owner);
        // One that has no secrets is mounted all the same.
        foreach (var inner in folders) Directory.CreateDirectory(Path.Combine(folder, inner));
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, stop);
        }
    }
}
