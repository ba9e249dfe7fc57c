using Confluent.Kafka;

namespace Tessera.Flow;

/// <summary>The client's own defaults, with acks from all and idempotence; offsets stored per message,
/// committed behind.</summary>
internal sealed class RawKafka(string servers) : RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private IProducer<Null, byte[]>? _producer;

    public override async Task DeclareAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        if (admin.GetMetadata(Patience).Topics.Exists(topic => topic.Topic == Target)) return;
        await admin.CreateTopicsAsync(
            [new() { Name = Target, NumPartitions = Library.Partitions, ReplicationFactor = 1 }]);
    }

    public override async Task ProduceAsync(IReadOnlyList<RawMessage> messages)
    {
        var producer = _producer ??= new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = servers, Acks = Acks.All, EnableIdempotence = true }).Build();
        var open = messages.Count;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < messages.Count;)
        {
            try
            {
                producer.Produce(
                    new TopicPartition(Target, messages[i].Partition),
                    new Message<Null, byte[]> { Value = messages[i].Body }, Report);
                i++;
            }
            catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(1);
            }
        }
        await done.Task;

        void Report(DeliveryReport<Null, byte[]> report)
        {
            if (report.Error.IsError) done.TrySetException(new KafkaException(report.Error));
            else if (Interlocked.Decrement(ref open) == 0) done.TrySetResult();
        }
    }

    public override Task<long> CountAsync()
    {
        using var consumer = new ConsumerBuilder<Null, Null>(
            new ConsumerConfig { BootstrapServers = servers, GroupId = Target }).Build();
        return Task.FromResult(Enumerable.Range(0, Library.Partitions).Sum(partition =>
            consumer.QueryWatermarkOffsets(new TopicPartition(Target, partition), Patience).High.Value));
    }

    public override Task ConsumeAsync(Action<int> acknowledged, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
            {
                BootstrapServers = servers,
                GroupId = $"{Library.Reader}.{Happened.Stream}",
                EnableAutoOffsetStore = false,
                AutoCommitIntervalMs = 500,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            }).Build();
            consumer.Subscribe(Happened.Stream);
            while (!stop.IsCancellationRequested)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result) continue;
                consumer.StoreOffset(result);
                acknowledged(1);
            }
            consumer.Close(); // Commits what is stored.
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public override ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        return ValueTask.CompletedTask;
    }
}
