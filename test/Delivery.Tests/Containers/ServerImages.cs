using System.Text.RegularExpressions;
using Tessera.Testing.Servers;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>
/// Images that stand in for those of PostgreSQL and RabbitMQ, whose registry may be out of reach: this machine's own
/// programs with all that they load, taking the settings of the official images that the manifests use.
/// </summary>
internal static partial class ServerImages
{
    private const string Registry = "docker.io/library";
    public const string Postgres = Registry + "/postgres:17";
    public const string RabbitMq = Registry + "/rabbitmq:4";

    private const string PostgresPrograms = "/usr/lib/postgresql";
    private const string RabbitMqPrograms = "/usr/lib/rabbitmq";

    /// <summary>Who the servers run as, in the manifests too.</summary>
    private const string User = "999";

    /// <summary>Of the shell, for the starting scripts.</summary>
    private static readonly string[] shell =
    [
        "sh", "bash", "cat", "ls", "mkdir", "rm", "mv", "cp", "chmod", "dirname", "basename", "sed", "grep", "tr",
        "cut", "expr", "id", "uname", "hostname", "readlink", "realpath", "sleep", "date", "awk", "env", "printf",
        "head", "tail", "test", "sort",
    ];

    private const string StartPostgres = """
        #!/bin/sh
        set -eu
        if [ "${1:-}" = postgres ]; then shift; fi
        if [ ! -s "$PGDATA/PG_VERSION" ]; then
            initdb -D "$PGDATA" -U postgres --pwfile="$POSTGRES_PASSWORD_FILE" -A scram-sha-256 -E UTF8 --locale=C \
                --no-sync
            echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
            for file in /docker-entrypoint-initdb.d/*.sql; do postgres --single -D "$PGDATA" postgres < "$file"; done
        fi
        exec postgres -D "$PGDATA" -c 'listen_addresses=*' -c unix_socket_directories=/tmp "$@"
        """;

    private const string StartRabbitMq = """
        #!/bin/sh
        export RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_LOGS=-
        exec /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server
        """;

    /// <summary>Skips where there are no servers to make them of; fails in CI.</summary>
    public static void Require()
    {
        if (!Directory.Exists(PostgresPrograms) || !Directory.Exists(RabbitMqPrograms))
            MissingServer.SkipOrFail("PostgreSQL or RabbitMQ", "Install Debian's postgresql and rabbitmq-server.");
    }

    public static async Task MakeAsync(Podman podman)
    {
        var programs = Directory.GetDirectories(PostgresPrograms).Max(StringComparer.Ordinal)!;
        var tables = Path.Combine("/usr/share/postgresql", Path.GetFileName(programs));
        await Task.WhenAll(
            MakeAsync(podman, Postgres, StartPostgres, "/var/lib/postgresql/data",
                [.. new[] { "postgres", "initdb" }.Select(name => Path.Combine(programs, "bin", name)),
                    .. Directory.GetFiles(Path.Combine(programs, "lib"), "*.so")],
                [tables, "/usr/share/zoneinfo"],
                $"ENV=PATH={programs}/bin:/usr/bin:/bin", "ENV=PGDATA=/var/lib/postgresql/data"),
            MakeAsync(podman, RabbitMq, StartRabbitMq, "/var/lib/rabbitmq",
                [.. Directory.GetFiles("/usr/lib/erlang", "*", SearchOption.AllDirectories).Where(IsProgram)],
                ["/usr/lib/erlang", RabbitMqPrograms, "/usr/bin/erl", "/usr/bin/epmd"],
                "ENV=PATH=/usr/lib/rabbitmq/bin:/usr/bin:/bin", "ENV=HOME=/var/lib/rabbitmq"));
    }

    private static async Task MakeAsync(
        Podman podman, string name, string start, string data, IEnumerable<string> programs,
        IEnumerable<string> folders, params string[] settings)
    {
        var root = Testing.ScratchFolder.Create("server");
        try
        {
            List<string> files = [.. shell.Select(Tool.Find).OfType<string>(), .. programs];
            var loaded = await LoadedByAsync(files);
            // What stands behind a link is taken in its place: alternatives of Debian, versions of libraries.
            await Tool.RunAsync(
                "cp",
                ["-rL", "--parents", "-t", root, .. files.Concat(loaded).Concat(folders).Select(InUsr).Distinct()]);
            foreach (var link in new[] { "bin", "sbin", "lib", "lib64" })
                File.CreateSymbolicLink(Path.Combine(root, link), "usr/" + link);
            foreach (var folder in new[] { "tmp", "etc", "run", "var/log/rabbitmq", data[1..] })
                Directory.CreateDirectory(Path.Combine(root, folder));
            await File.WriteAllTextAsync(Path.Combine(root, "etc/passwd"), $"""
                root:x:0:0:root:/:/bin/sh
                server:x:{User}:{User}:server:{data}:/bin/sh

                """);
            await File.WriteAllTextAsync(
                Path.Combine(root, "etc/group"), $"root:x:0:\nserver:x:{User}:\n");
            await File.WriteAllTextAsync(Path.Combine(root, "start"), start.ReplaceLineEndings("\n") + "\n");
            await Tool.RunAsync("chmod", ["0755", Path.Combine(root, "start")]);
            await Tool.RunAsync("chmod", ["1777", Path.Combine(root, "tmp")]);
            foreach (var folder in new[] { data[1..], "var/log/rabbitmq" })
                await Tool.RunAsync("chown", [$"{User}:{User}", Path.Combine(root, folder)]);
            await Tool.RunAsync("tar", ["-C", root, "-cf", root + ".tar", "."]);
            await podman.RunAsync(
            [
                "import", "-q", .. settings.Append($"USER={User}").Append("ENTRYPOINT [\"/start\"]")
                    .SelectMany(each => new[] { "--change", each }),
                root + ".tar", name,
            ]);
        }
        finally
        {
            File.Delete(root + ".tar");
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>The libraries of all of them.</summary>
    private static async Task<IEnumerable<string>> LoadedByAsync(IEnumerable<string> programs)
    {
        // It ends with 1 when one of them is a script.
        var (_, listed, _) = await Tool.TryAsync("ldd", programs);
        return Library().Matches(listed).Select(found => found.Groups[1].Value);
    }

    private static bool IsProgram(string file) =>
        file.EndsWith(".so", StringComparison.Ordinal)
        || Path.GetDirectoryName(file)!.EndsWith("/bin", StringComparison.Ordinal);

    /// <summary>Debian's <c>/lib</c> is a link.</summary>
    private static string InUsr(string path) =>
        path.StartsWith("/usr/", StringComparison.Ordinal) ? path : "/usr" + path;

    [GeneratedRegex(@"^\s+(?:\S+ => )?(/\S+) \(0x", RegexOptions.Multiline)]
    private static partial Regex Library();
}
