namespace Tessera.Releasing.Pipelines;

/// <summary>What tests start as throwaway servers, or need as tools, by Debian's and Ubuntu's packages.</summary>
public static class ServerPackages
{
    public static readonly ServerPackage Redis = new("redis-server", "redis-server");
    public static readonly ServerPackage RabbitMq = new("rabbitmq-server", "rabbitmq-server");
    public static readonly ServerPackage Postgres = new("postgresql", "postgres");
    public static readonly ServerPackage Java = new("default-jre-headless", "java");

    public static readonly IReadOnlyList<ServerPackage> All =
    [
        Redis,
        RabbitMq,
        new("kcat", "kcat"),
        Postgres,
        new("pgbouncer", "pgbouncer"),
        Java,
        // The first is a package of Debian alone; tests do with any of them.
        new("chromium-headless-shell", "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
        {
            IsOnRunner = true,
        },
        new("prometheus", "prometheus"),
        new("prometheus-alertmanager", "prometheus-alertmanager"),
        new("faketime", "faketime"), // A clock that is off, for one process.
        new("podman", "podman"),
        // The runner has it with its Docker, which the package would take away.
        new("runc", "runc") { IsOnRunner = true },
        new("catatonit", "/usr/libexec/podman/catatonit", "catatonit"), // Holds a pod together.
        // A network with names, for containers that know each other by them.
        new("netavark", "/usr/lib/podman/netavark"),
        new("aardvark-dns", "/usr/lib/podman/aardvark-dns"),
        new("iptables", "iptables"),
        new("iproute2", "ip") { IsOnRunner = true },
        new("docker-registry", "docker-registry"),
        new("debootstrap", "debootstrap"),
        new("podman-compose", "podman-compose"),
        // The foreign service's driver of SQLite is compiled where no ready one can be fetched.
        new("g++", "g++"),
        new("make", "make"),
        new("python3", "python3"),
    ];
}

/// <param name="Name">As apt-get knows it.</param>
/// <param name="Programs">By any of which it is known to be here.</param>
public sealed record ServerPackage(string Name, params IReadOnlyList<string> Programs)
{
    /// <summary>Whether GitHub's Ubuntu has it from the start.</summary>
    public bool IsOnRunner { get; init; }
}
