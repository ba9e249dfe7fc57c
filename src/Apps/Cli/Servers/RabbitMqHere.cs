using System.Globalization;

namespace Tessera.Cli.Servers;

/// <summary>One RabbitMQ node with its own name, cookie and folder. Its port mapper is started before it.</summary>
internal sealed class RabbitMqHere(string folder, PortMapperHere mapper) : LocalServer(folder)
{
    private const string Programs = "/usr/lib/rabbitmq/bin";

    public override string Name => "rabbitmq";

    public override string Address =>
        string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{Port}/");

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
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
    };

    public override async Task PrepareAsync(CancellationToken stop)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "rabbitmq.conf"), "disk_free_limit.absolute = 50MB\n", stop);
        await File.WriteAllTextAsync(Path.Combine(Folder, "enabled_plugins"), "[].\n", stop);
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
