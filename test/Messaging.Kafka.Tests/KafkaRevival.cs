using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>librdkafka forgets every node when a node answers that there is none, and would never ask again
/// (https://github.com/confluentinc/librdkafka/issues/5301).</summary>
public sealed class KafkaRevival
{
    [Fact]
    public async Task Finds_its_cluster_again_after_a_node_named_none()
    {
        await using var broker = new LoneBroker();
        var clients = new KafkaClients(
            new KafkaOptions
            {
                BootstrapServers = $"127.0.0.1:{broker.Port}",
                Client = { ["topic.metadata.refresh.interval.ms"] = "200", ["debug"] = "metadata" },
            },
            new SlowToHear("0 brokers, 1 topics"));
        using var consumer = clients.Consumer("group", "reader").Build();
        consumer.Subscribe("topic");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var polling = Task.Run(() => Poll(consumer, stopping.Token), Stop);
        await Eventually.HoldsAsync("the client knows the node", () => broker.Answers > 5);

        broker.NameNoneOnce();

        await Eventually.HoldsAsync("it was told of none", () => broker.NamedNone);
        var answers = broker.Answers;
        await Eventually.HoldsAsync(
            "it asks again", () => broker.Answers > answers + 5, TimeSpan.FromSeconds(10));
        await stopping.CancelAsync();
        await polling;
    }

    /// <summary>The client writes its log on the thread that handles answers: the connection ends before
    /// the answer is handled.</summary>
    private sealed class SlowToHear(string text) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains(text, StringComparison.Ordinal)) Stop.WaitHandle.WaitOne(500);
        }
    }

    private static void Poll(IConsumer<byte[]?, byte[]?> consumer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                consumer.Consume(100);
            }
            catch (ConsumeException)
            {
                // The topic has no leader for a moment.
            }
        }
    }
}
