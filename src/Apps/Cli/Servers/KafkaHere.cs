using System.Globalization;

namespace Tessera.Cli.Servers;

/// <summary>One Kafka node, broker and controller in one, from <c>KAFKA_HOME</c> or a folder <c>shared/kafka</c> beside
/// the repository. One node keeps no second copy: it survives its own death, not the machine's. It listens on loopback
/// and asks nobody for a password: every user of this machine can use it.</summary>
internal sealed class KafkaHere(string folder) : LocalServer(folder)
{
    public override string Name => "kafka";

    public override string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public override string? Missing => Libraries() is null || Processes.Find("java") is null
        ? "Kafka is not here: set KAFKA_HOME to an unpacked Apache Kafka 4 (it needs Java 17), " +
            "or name one with --broker-address."
        : null;

    public override IReadOnlyList<string> Command => Java("kafka.Kafka", "server.properties");

    private string Settings => Path.Combine(Folder, "server.properties");

    public override async Task PrepareAsync(CancellationToken stop)
    {
        await File.WriteAllTextAsync(Settings, $"""
            process.roles=broker,controller
            node.id=1
            listeners=PLAINTEXT://127.0.0.1:{Port},CONTROLLER://127.0.0.1:{Port + 1}
            advertised.listeners=PLAINTEXT://127.0.0.1:{Port}
            controller.listener.names=CONTROLLER
            controller.quorum.bootstrap.servers=127.0.0.1:{Port + 1}
            inter.broker.listener.name=PLAINTEXT
            log.dirs={Path.Combine(Folder, "data")}
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=4
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            group.initial.rebalance.delay.ms=0
            auto.create.topics.enable=false

            """, stop);
        await File.WriteAllTextAsync(Path.Combine(Folder, "log4j2.properties"), """
            status = error
            appender.out.type = Console
            appender.out.name = out
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = [%d] %p %m (%c)%n
            rootLogger.level = warn
            rootLogger.appenderRef.out.ref = out

            """, stop);
        if (File.Exists(Path.Combine(Folder, "data", "meta.properties"))) return;
        var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', 'a').Replace('/', 'b');
        await RunToEnd.Async(
            Java("kafka.tools.StorageTool", "format", "-c", Settings, "-t", id, "--standalone"), Folder, stop);
    }

    private string[] Java(params string[] words) =>
    [
        Processes.Find("java")!, "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
        "-Dlog4j2.configurationFile=" + Path.Combine(Folder, "log4j2.properties"), "-cp", Libraries() + "/*",
        .. words.Select(word => word == "server.properties" ? Settings : word),
    ];

    private static string? Libraries()
    {
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable("KAFKA_LIBS"),
            Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home
                ? Path.Combine(home, "libs")
                : null,
            Path.GetFullPath(Path.Combine(Up.SourceTree.Root, "..", "shared", "kafka", "libs")),
        ];
        return candidates.FirstOrDefault(Directory.Exists);
    }
}
