using Xunit;

namespace Tessera.Testing.Servers;

/// <summary>
/// One throwaway Kafka node (KRaft, broker and controller in one) on its own port and folder. Its jars come from
/// <c>KAFKA_HOME</c>, or from <c>shared/kafka</c> beside the repository or above it; <c>TESSERA_TEST_KAFKA</c> names a
/// running one instead, which then cannot be killed or paused.
/// </summary>
public sealed class KafkaServer : IAsyncLifetime
{
    private readonly string? _given = Environment.GetEnvironmentVariable("TESSERA_TEST_KAFKA");
    private readonly string? _libs = FindLibs();
    private readonly string _folder = ScratchFolder.Create("kafka");
    private readonly int _port = FreePort.Next();
    private readonly int _proxiedPort = FreePort.Next();
    private ServerProcess? _process;

    /// <summary>Further <c>server.properties</c>, for a server made by hand; set before it starts.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public bool IsAvailable => _given is not null || _libs is not null;

    /// <summary>The address for clients.</summary>
    public string BootstrapServers => _given ?? $"127.0.0.1:{_port}";

    /// <summary>The port to give to <see cref="TcpProxy"/>; clients that come through it are sent on through it too,
    /// when the proxy listens at <see cref="AdvertisedProxyPort"/>.</summary>
    public int ProxyTargetPort => _proxiedPort;

    public int AdvertisedProxyPort { get; init; } = FreePort.Next();

    /// <summary>Whether this fixture started it, and so may kill it.</summary>
    public bool IsOwn => _given is null && _libs is not null;

    /// <summary>Why there is no Kafka and how to get one; null when there is.</summary>
    public string? Missing => IsAvailable ? null : MissingServer.Reason("Kafka",
        "Set KAFKA_HOME to an unpacked Apache Kafka (kafka.apache.org/downloads, Java 17 or newer), " +
        "or TESSERA_TEST_KAFKA to the address of a running one.");

    /// <summary>Skips the test when there is no Kafka to be had; fails it in CI.</summary>
    public void Require()
    {
        if (Missing is { } missing) Assert.Skip(missing);
    }

    /// <summary>As <see cref="Require"/>, for tests that kill or pause the server.</summary>
    public void RequireOwn()
    {
        Require();
        if (_given is not null) Assert.Skip("The server at TESSERA_TEST_KAFKA is not ours to kill.");
    }

    /// <summary>The id of the server that was started here.</summary>
    public int ProcessId => Process.Id;

    public async ValueTask InitializeAsync()
    {
        if (_given is not null || _libs is null) return;
        WriteSettings();
        var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', 'a').Replace('/', 'b');
        await using var format = Java(
            ["kafka.tools.StorageTool", "format", "-c", "server.properties", "-t", id, "--standalone"]);
        await format.EndsAsync();
        await StartAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/> or <see cref="StopAsync"/>:
    /// same port, same data.</summary>
    public async Task StartAsync()
    {
        var before = File.Exists(OutputFile) ? CountStarts() : 0;
        _process = Java(["kafka.Kafka", "server.properties"]);
        await _process.ReadyAsync("Kafka", () => Task.FromResult(CountStarts() > before));
    }

    /// <summary>As a crash.</summary>
    public Task KillAsync() => Process.KillAsync();

    public Task StopAsync() => Process.StopAsync();

    public Task PauseAsync() => Process.PauseAsync();

    public void Resume() => Process.Resume();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Process =>
        _process ?? throw new InvalidOperationException("The server was not started here.");

    private string OutputFile => Path.Combine(_folder, "java.out");

    private ServerProcess Java(IEnumerable<string> arguments)
    {
        var heap = Environment.GetEnvironmentVariable("KAFKA_HEAP") ?? "384m";
        return ServerProcess.Start(
            "java",
            [
                "-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Xshare:auto", "-Djava.awt.headless=true",
                "-Dlog4j2.configurationFile=" + Path.Combine(_folder, "log4j2.properties"),
                "-cp", _libs + "/*", .. arguments,
            ],
            _folder);
    }

    private void WriteSettings()
    {
        var controller = FreePort.Next();
        Dictionary<string, string> settings = new()
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["listeners"] =
                $"PLAINTEXT://127.0.0.1:{_port},PROXIED://127.0.0.1:{_proxiedPort},CONTROLLER://127.0.0.1:{controller}",
            ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{_port},PROXIED://127.0.0.1:{AdvertisedProxyPort}",
            ["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
            ["controller.listener.names"] = "CONTROLLER",
            ["controller.quorum.bootstrap.servers"] = $"127.0.0.1:{controller}",
            ["inter.broker.listener.name"] = "PLAINTEXT",
            ["log.dirs"] = Path.Combine(_folder, "data"),
            ["offsets.topic.replication.factor"] = "1",
            ["offsets.topic.num.partitions"] = "4",
            ["transaction.state.log.replication.factor"] = "1",
            ["transaction.state.log.min.isr"] = "1",
            ["share.coordinator.state.topic.replication.factor"] = "1",
            ["share.coordinator.state.topic.min.isr"] = "1",
            ["group.initial.rebalance.delay.ms"] = "0",
            ["broker.session.timeout.ms"] = "3000",
            ["broker.heartbeat.interval.ms"] = "500",
            ["auto.create.topics.enable"] = "false",
        };
        foreach (var (name, value) in Settings) settings[name] = value;
        File.WriteAllLines(
            Path.Combine(_folder, "server.properties"), settings.Select(pair => $"{pair.Key}={pair.Value}"));
        File.WriteAllLines(Path.Combine(_folder, "log4j2.properties"),
        [
            "status = error", "appender.out.type = Console", "appender.out.name = out",
            "appender.out.layout.type = PatternLayout", "appender.out.layout.pattern = [%d] %p %m (%c)%n",
            "rootLogger.level = info", "rootLogger.appenderRef.out.ref = out",
        ]);
    }

    private int CountStarts() => Lines().Count(line => line.Contains("Kafka Server started", StringComparison.Ordinal));

    private IEnumerable<string> Lines()
    {
        using var file = new FileStream(OutputFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static string? FindLibs()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "java"))))
        {
            return null;
        }
        List<string?> candidates =
        [
            Environment.GetEnvironmentVariable("KAFKA_LIBS"),
            Environment.GetEnvironmentVariable("KAFKA_HOME") is { } home ? Path.Combine(home, "libs") : null,
        ];
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            candidates.Add(Path.Combine(folder.FullName, "shared", "kafka", "libs"));
        return candidates.Find(
            libs => libs is not null && Directory.Exists(libs) && Directory.EnumerateFiles(libs, "kafka_*.jar").Any());
    }
}
