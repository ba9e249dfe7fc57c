using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tessera.Cli.Servers;

/// <summary>One RabbitMQ node with its own name, cookie and folder. Its port mapper is started before it.</summary>
internal sealed class RabbitMqHere(string folder, PortMapperHere mapper) : LocalServer(folder)
{
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private const string User = "tessera";

    public override string Name => "rabbitmq";

    public override string Address =>
        string.Create(CultureInfo.InvariantCulture, $"amqp://{User}:{Passwords.Read(PasswordFile)}@127.0.0.1:{Port}/");

    public override string? Missing => File.Exists(Path.Combine(Programs, "rabbitmq-server"))
        ? null
        : "rabbitmq-server is not here: apt-get install rabbitmq-server, or name one with --broker-address.";

    public override IReadOnlyList<string> Command => [Path.Combine(Programs, "rabbitmq-server")];

    public override IReadOnlyDictionary<string, string> Environs => new Dictionary<string, string>
    {
        ["HOME"] = Folder, // Where the cookie is: the node is nobody else's peer.
        ["ERL_EPMD_PORT"] = mapper.Port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_NODENAME"] = "tessera@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_DIST_PORT"] = (mapper.Port + 1).ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(Folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(Folder, "log"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(Folder, "rabbitmq.conf"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Folder, "enabled_plugins"),

        // Together these make the start script become the node, so that its process id is the one we know.
        ["RABBITMQ_ALLOW_INPUT"] = "true",
        ["RABBITMQ_SERVER_START_ARGS"] = "-noinput",

        // Schedulers that do not spin while idle leave a small machine to the services.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none " +
            "-kernel inet_dist_use_interface {127,0,0,1}", // Or other nodes, and whoever guesses the cookie, get in.
    };

    private string PasswordFile => Path.Combine(Folder, "password");

    private string Definitions => Path.Combine(Folder, "definitions.json");

    public override async Task PrepareAsync(CancellationToken stop)
    {
        var password = await Passwords.ReadOrMakeAsync(PasswordFile, stop);
        // Erlang would make one by the clock.
        var cookie = Path.Combine(Folder, ".erlang.cookie");
        if (!File.Exists(cookie)) await Passwords.WriteAsync(cookie, Passwords.New(), stop);
        await Passwords.WriteAsync(Definitions, Users(password), stop);
        await Passwords.WriteAsync(Path.Combine(Folder, "rabbitmq.conf"), $"""
            disk_free_limit.absolute = 50MB
            load_definitions = {Definitions}
            log.file = false
            log.console = true

            """, stop);
        await File.WriteAllTextAsync(Path.Combine(Folder, "enabled_plugins"), "[].\n", stop);
    }

    /// <summary>The store's own user. The guest of a node that an earlier version made, whose password everybody knows,
    /// is given one that nobody does, and no rights.</summary>
    private static string Users(string password) => JsonSerializer.Serialize(new
    {
        vhosts = new[] { new { name = "/" } },
        users = new[]
        {
            new { name = User, password_hash = Hash(password), tags = "" },
            new { name = "guest", password_hash = Hash(Passwords.New()), tags = "" },
        },
        permissions = new[]
        {
            new { user = User, vhost = "/", configure = ".*", write = ".*", read = ".*" },
            new { user = "guest", vhost = "/", configure = "^$", write = "^$", read = "^$" },
        },
    });

    /// <summary>As rabbit_password_hashing_sha256: four bytes of salt, then the hash over them and the
    /// password.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}

/// <summary>The port mapper of Erlang, which a node cannot do without.</summary>
internal sealed class PortMapperHere(string folder) : LocalServer(folder)
{
    public override string Name => "portmapper";

    public override string Address => "";

    public override string? Missing =>
        Processes.Find("epmd") is null ? "epmd is not here: apt-get install erlang-base." : null;

    public override IReadOnlyList<string> Command =>
        [Processes.Find("epmd")!, "-port", Port.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"];
}
