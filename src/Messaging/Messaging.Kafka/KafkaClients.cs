using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Tessera.Messaging.Kafka;

/// <summary>Builds librdkafka clients with the settings that the transport's promises rest on.</summary>
internal sealed partial class KafkaClients(KafkaOptions options, ILogger logger)
{
    private const long SayAwayEveryMilliseconds = 30_000;
    private const int LookEveryMilliseconds = 2_000;

    // Room for the record's key, headers and framing above the body.
    public const int OverheadBytes = 64 * 1024;

    /// <summary>Messages that one producer holds at most; a larger send waits for room.</summary>
    public const int QueuedMessagesMax = 20_000;

    private long _saidAway = -SayAwayEveryMilliseconds;

    public IProducer<byte[]?, byte[]> Producer(Action<Error> onFatal)
    {
        var config = Named(new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            // A permanent failure ends the producer instead of leaving a gap that later messages of the partition jump.
            EnableGaplessGuarantee = true,
            // For ever: a message that times out inside the client also leaves a gap. SendAsync has its own timeout.
            MessageTimeoutMs = 0,
            LingerMs = 0,
            CompressionType = CompressionType.Lz4,
            Partitioner = Partitioner.Murmur2Random,
            MessageMaxBytes = options.BodySizeBytesMax + OverheadBytes,
            QueueBufferingMaxMessages = QueuedMessagesMax,
            QueueBufferingMaxKbytes = 64 * 1024,
            RequestTimeoutMs = Milliseconds(options.RequestTimeout),
            RetryBackoffMs = 50,
            RetryBackoffMaxMs = 500,
            DeliveryReportFields = "status",
        }, "producer");
        return new ProducerBuilder<byte[]?, byte[]>(config)
            .SetLogHandler((_, message) => Write(message))
            .SetErrorHandler((_, error) => OnError(error, onFatal))
            .SetStatisticsHandler(ReviveLost)
            .Build();
    }

    /// <summary>For broadcasts: tries for a few seconds, then forgets.</summary>
    public IProducer<byte[]?, byte[]> LossyProducer()
    {
        var config = Named(new ProducerConfig
        {
            Acks = Acks.Leader,
            MessageSendMaxRetries = 0,
            MessageTimeoutMs = Math.Max(1_000, Milliseconds(options.RequestTimeout)),
            LingerMs = 0,
            MessageMaxBytes = options.BodySizeBytesMax + OverheadBytes,
            QueueBufferingMaxMessages = 10_000,
            QueueBufferingMaxKbytes = 16 * 1024,
        }, "broadcast");
        return new ProducerBuilder<byte[]?, byte[]>(config)
            .SetLogHandler((_, message) => Write(message))
            .SetErrorHandler((_, error) => OnError(error, static _ => { }))
            .SetStatisticsHandler(ReviveLost)
            .Build();
    }

    public ConsumerBuilder<byte[]?, byte[]?> Consumer(string group, string role, string? member = null)
    {
        var session = Milliseconds(options.SessionTimeout);
        var config = Named(new ConsumerConfig
        {
            GroupId = group,
            GroupInstanceId = member,
            EnableAutoOffsetStore = false,
            EnableAutoCommit = true, // Flushes what was stored, and only settled offsets are ever stored.
            AutoCommitIntervalMs = 500,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = session,
            HeartbeatIntervalMs = Math.Max(100, session / 6),
            MaxPollIntervalMs = Math.Max(60_000, session),
            IsolationLevel = IsolationLevel.ReadCommitted,
            AllowAutoCreateTopics = false,
            FetchMinBytes = 1,
            FetchWaitMaxMs = 500,
            FetchErrorBackoffMs = 200,
            FetchQueueBackoffMs = 5, // The default of 1 s starves a reader whose prefetch limit is small.
            QueuedMinMessages = 1_000,
            QueuedMaxMessagesKbytes = options.PrefetchSizeKilobytesMax,
            FetchMaxBytes = Math.Max(options.PrefetchSizeKilobytesMax * 1024, options.BodySizeBytesMax + OverheadBytes),
            MessageMaxBytes = options.BodySizeBytesMax + OverheadBytes,
        }, role);
        return new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, message) => Write(message))
            .SetErrorHandler((_, error) => OnError(error, static _ => { }))
            .SetStatisticsHandler(ReviveLost);
    }

    public IAdminClient Admin() =>
        new AdminClientBuilder(Named(new AdminClientConfig(), "admin"))
            .SetLogHandler((_, message) => Write(message))
            .SetErrorHandler((_, error) => OnError(error, static _ => { }))
            .SetStatisticsHandler(ReviveLost)
            .Build();

    private TConfig Named<TConfig>(TConfig config, string role) where TConfig : ClientConfig
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = $"{role}-{Environment.MachineName}-{Environment.ProcessId}";
        // A connection that died in silence is noticed by its first unanswered request, and reopened soon after the
        // broker is back: the defaults (60 s and 10 s) would each outlast the 10 s in which service must resume.
        config.SocketTimeoutMs = Milliseconds(options.RequestTimeout);
        config.SocketConnectionSetupTimeoutMs = Math.Max(1_000, Milliseconds(options.RequestTimeout) / 2);
        config.ApiVersionRequestTimeoutMs = Math.Max(1_000, Milliseconds(options.RequestTimeout) / 2);
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1_000;
        config.SocketKeepaliveEnable = true;
        config.SocketNagleDisable = true;
        config.AllowAutoCreateTopics = false;
        config.StatisticsIntervalMs = LookEveryMilliseconds;
        foreach (var (key, value) in options.Client) config.Set(key, value);
        return config;
    }

    private void OnError(Error error, Action<Error> onFatal)
    {
        if (!error.IsFatal)
        {
            Log.ClientError(logger, error.Code, error.Reason);
            if (error.Code == ErrorCode.Local_AllBrokersDown) SayAway();
            return;
        }
        Log.ClientFailed(logger, error.Code, error.Reason);
        onFatal(error);
    }

    /// <summary>
    /// A node that its controller has shut out, as after a freeze, answers that the cluster has no nodes. librdkafka
    /// then forgets all it knew, and when the connection ends at that moment never asks again
    /// (https://github.com/confluentinc/librdkafka/issues/5301); named to it anew, the nodes are asked.
    /// </summary>
    private void ReviveLost(IClient client, string statistics)
    {
        if (KnowsANode(statistics)) return;
        client.AddBrokers(options.BootstrapServers);
        Log.NodesNamedAnew(logger, client.Name, options.BootstrapServers);
    }

    private static bool KnowsANode(string statistics)
    {
        using var all = JsonDocument.Parse(statistics);
        return all.RootElement.GetProperty("brokers").EnumerateObject().Any(
            broker => broker.Value.GetProperty("source").GetString() is "configured" or "learned");
    }

    /// <summary>Each client says it each second; the operator wants to hear it now and then.</summary>
    private void SayAway()
    {
        var (now, said) = (Environment.TickCount64, Interlocked.Read(ref _saidAway));
        if (now - said < SayAwayEveryMilliseconds
            || Interlocked.CompareExchange(ref _saidAway, now, said) != said) return;
        Log.NoBroker(logger, options.BootstrapServers);
    }

    private void Write(LogMessage message) => Log.ClientSaid(logger, message.Name, message.Message);

    internal static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Debug, "Kafka client {Client}: {Text}")]
        public static partial void ClientSaid(ILogger logger, string client, string text);

        [LoggerMessage(4102, LogLevel.Debug, "Kafka: {Code}: {Reason} (the client goes on by itself)")]
        public static partial void ClientError(ILogger logger, ErrorCode code, string reason);

        [LoggerMessage(4104, LogLevel.Warning, "Kafka at {Servers} cannot be reached now; the clients go on trying")]
        public static partial void NoBroker(ILogger logger, string servers);

        [LoggerMessage(4105, LogLevel.Information,
            "Kafka client {Client} was told of a cluster without nodes; it is to ask {Servers} again")]
        public static partial void NodesNamedAnew(ILogger logger, string client, string servers);

        [LoggerMessage(4103, LogLevel.Warning, "Kafka client ended: {Code}: {Reason}; it is built anew")]
        public static partial void ClientFailed(ILogger logger, ErrorCode code, string reason);
    }
}
