using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(Tessera.Messaging.Kafka.Tests.KafkaBackend))]
// The tests share one server and two cores, and some of them take the server away.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>The one Kafka of this test run.</summary>
public sealed class KafkaBackend : TransportBackend
{
    public const int Partitions = 4;

    public KafkaServer Server { get; } = new()
    {
        // So that tests of a reader's death need not wait for six seconds each.
        Settings = new Dictionary<string, string> { ["group.min.session.timeout.ms"] = "500" },
    };

    public override string Name => "kafka";

    public override TransportFeatures Features { get; } = new KafkaTransport(
        Options.Create(new KafkaOptions { AcceptSingleReplica = true }), TestLog.Factory, TimeProvider.System).Features;

    public override string? Missing => Server.Missing;

    public override bool CanRestart => Server.IsOwn;

    public override bool CanInterrupt => Server.IsOwn;

    public override bool CanAbandon => true;

    public override ITransport NewTransport(TimeProvider? clock = null) => Transport(clock: clock);

    public override async Task RestartAsync()
    {
        await Server.KillAsync();
        await Server.StartAsync();
    }

    public override async Task<IAsyncDisposable> InterruptAsync()
    {
        await Server.PauseAsync();
        return new Interruption(Server);
    }

    public override Task AbandonAsync(ITransport transport) => ((KafkaTransport)transport).AbandonAsync();

    public override ValueTask InitializeAsync() => Server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await base.DisposeAsync();
    }

    internal KafkaTransport Transport(
        Action<KafkaOptions>? configure = null, ILoggerFactory? loggers = null, TimeProvider? clock = null)
    {
        var options = new KafkaOptions
        {
            BootstrapServers = Server.BootstrapServers,
            AcceptSingleReplica = true, SendTimeout = TimeSpan.FromSeconds(10),
        };
        configure?.Invoke(options);
        return new KafkaTransport(Options.Create(options), loggers ?? TestLog.Factory, clock ?? TimeProvider.System);
    }

    internal static Topology Topology(string stream, params string[] subscribers) => new(
        [new StreamDefinition(stream, Partitions, subscribers)],
        [.. subscribers.Select(subscriber => new Subscription(stream, Partitions, subscriber))]);

    internal static Subscription Subscription(string stream, string subscriber = "reader", int batchMax = 256) =>
        new(stream, Partitions, subscriber, batchMax);

    internal static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Interruption(KafkaServer server) : IAsyncDisposable
    {
        /// <summary>A node that was away for longer than its session is shut out until it has told the controller
        /// again; until then it answers that the cluster has no nodes.</summary>
        public async ValueTask DisposeAsync()
        {
            server.Resume();
            using var admin = new AdminClientBuilder(
                new AdminClientConfig { BootstrapServers = server.BootstrapServers }).Build();
            await Eventually.HoldsAsync("the node is one of the cluster again", () => Task.Run(
                () => admin.GetMetadata(TimeSpan.FromSeconds(5)).Brokers.Count > 0));
        }
    }
}
