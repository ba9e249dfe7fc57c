using System.Globalization;

namespace Tessera.Cli.Servers;

/// <summary>Redis that syncs each write to disk before it answers: what the outbox needs.</summary>
internal sealed class RedisHere(string folder) : LocalServer(folder)
{
    public override string Name => "redis";

    public override string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public override string? Missing =>
        Processes.Find("redis-server") is null
            ? "redis-server is not here: apt-get install redis-server, or name one with --broker-address."
            : null;

    public override IReadOnlyList<string> Command =>
    [
        Processes.Find("redis-server")!, "--port", Port.ToString(CultureInfo.InvariantCulture),
        "--bind", "127.0.0.1", "--dir", Folder,
        "--appendonly", "yes", "--appendfsync", "always", "--save", "",
        "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ];
}
