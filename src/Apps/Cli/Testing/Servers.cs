using System.Diagnostics;
using Tessera.Releasing.Pipelines;

namespace Tessera.Cli.Testing;

/// <param name="HowToGet">What to do to have it.</param>
internal sealed record MissingServer(string Name, string HowToGet);

/// <summary>The programs that tests start as throwaway servers, each on its own port and folder.</summary>
internal static class Servers
{
    private static readonly TimeSpan _installTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Installs what is missing when that can be done without asking, and says
    /// what is missing still.</summary>
    public static async Task<IReadOnlyList<MissingServer>> ProvideAsync(bool install, CancellationToken stop)
    {
        var absent = ServerPackages.All.Where(package => !IsHere(package)).ToList();
        if (absent.Count > 0 && install && Environment.IsPrivilegedProcess && Processes.Find("apt-get") is not null)
        {
            Console.WriteLine($"installing {string.Join(", ", absent.Select(package => package.Name))}");
            await AptAsync(["update", "-qq"], stop);
            await AptAsync(
                ["install", "-y", "-qq", "--no-install-recommends", .. absent.Select(package => package.Name)], stop);
        }
        var missing = ServerPackages.All.Where(package => !IsHere(package))
            .Select(package => new MissingServer(package.Name, $"Install it with: apt-get install {package.Name}"))
            .ToList();
        if (await ProvideKafkaAsync(install, stop) is { } withoutKafka) missing.Add(withoutKafka);
        return missing;
    }

    /// <summary>The folder of the Kafka that was fetched, when none was here already; what tests get as
    /// <c>KAFKA_HOME</c>.</summary>
    public static string? KafkaFetched { get; private set; }

    private static async Task<MissingServer?> ProvideKafkaAsync(bool install, CancellationToken stop)
    {
        if (HasKafka()) return null;
        var download = KafkaDownload.FromItsPublisher();
        var why = "";
        if (!download.IsHere && install)
        {
            Console.WriteLine($"fetching Apache Kafka {KafkaDownload.Version}");
            try
            {
                await download.FetchAsync(stop);
            }
            catch (UserError failure)
            {
                why = failure.Message + " ";
            }
        }
        if (download.IsHere) KafkaFetched = download.Home;
        return download.IsHere
            ? null
            : new MissingServer("kafka", why + "Set KAFKA_HOME to an unpacked Apache Kafka 4 (it needs Java 17).");
    }

    private static bool IsHere(ServerPackage package) =>
        package.Programs.Any(program => Processes.Find(program) is not null || File.Exists("/usr/sbin/" + program))
        || (package == ServerPackages.Postgres && FindPostgres() is not null);

    /// <summary>Debian keeps PostgreSQL's programs of each version in a folder of their own, newest last.</summary>
    public static string? FindPostgres()
    {
        const string root = "/usr/lib/postgresql";
        if (!Directory.Exists(root)) return Processes.Find("postgres");
        return Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "bin", "postgres")).LastOrDefault(File.Exists);
    }

    /// <summary>Where the tests look for it, too: the environment, then beside the repository or above it.</summary>
    private static bool HasKafka()
    {
        if (Environment.GetEnvironmentVariable("TESSERA_TEST_KAFKA") is { Length: > 0 }) return true;
        var candidates = new List<string?>
        {
            Environment.GetEnvironmentVariable("KAFKA_LIBS"),
            Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home
                ? Path.Combine(home, "libs")
                : null,
        };
        for (var folder = new DirectoryInfo(Up.SourceTree.Root); folder is not null; folder = folder.Parent)
            candidates.Add(Path.Combine(folder.FullName, "shared", "kafka", "libs"));
        return candidates.Exists(Directory.Exists);
    }

    private static async Task AptAsync(string[] words, CancellationToken stop)
    {
        var start = new ProcessStartInfo("apt-get", words) { RedirectStandardOutput = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        // A package's own service would take the usual port and outlive the tests.
        start.Environment["RUNLEVEL"] = "1";
        using var apt = Process.Start(start)!;
        apt.OutputDataReceived += (_, _) => { };
        apt.BeginOutputReadLine();
        if (!await Processes.WaitOrKillAsync(apt, _installTimeout, stop) || apt.ExitCode != 0)
            Console.WriteLine($"apt-get {words[0]} did not succeed");
    }
}
