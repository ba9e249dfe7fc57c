using System.Globalization;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Tessera.Flow;

/// <summary>Quorum queues, persistent messages; confirms counted per batch, two batches on the way;
/// cumulative acks.</summary>
internal sealed class RawRabbitMq : RawClient
{
    private const int Batch = 1024, Prefetch = 1024, Lanes = 2;

    private readonly IConnection _connection;

    private RawRabbitMq(IConnection connection) => _connection = connection;

    public static async Task<RawRabbitMq> ConnectAsync(string uri) =>
        new(await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync());

    public override async Task DeclareAsync()
    {
        await using var channel = await _connection.CreateChannelAsync();
        foreach (var partition in Enumerable.Range(0, Library.Partitions))
        {
            await channel.QueueDeclareAsync(Queue(partition), durable: true, exclusive: false, autoDelete: false,
                arguments: new Dictionary<string, object?>
                {
                    ["x-queue-type"] = "quorum",
                    ["x-quorum-initial-group-size"] = 1,
                });
        }
    }

    public override Task ProduceAsync(IReadOnlyList<RawMessage> messages) =>
        Task.WhenAll(messages.GroupBy(message => message.Partition % Lanes).Select(lane => ProduceAsync([.. lane])));

    public override async Task<long> CountAsync()
    {
        await using var channel = await _connection.CreateChannelAsync();
        var count = 0L;
        foreach (var partition in Enumerable.Range(0, Library.Partitions))
            count += await channel.MessageCountAsync(Queue(partition));
        return count;
    }

    public override Task ConsumeAsync(Action<int> acknowledged, CancellationToken stop) =>
        Task.WhenAll(
            Enumerable.Range(0, Library.Partitions).Select(partition => ConsumeAsync(partition, acknowledged, stop)));

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static string Queue(int partition) => string.Create(CultureInfo.InvariantCulture, $"{Target}.{partition}");

    private async Task ProduceAsync(RawMessage[] messages)
    {
        await using var channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false));
        var confirms = new Confirms(channel);
        var properties = new BasicProperties { Persistent = true };
        for (var i = 0; i < messages.Length; i++)
        {
            if (i % Batch == 0 && i > Batch) await confirms.UntilAsync((ulong)(i - Batch));
            await channel.BasicPublishAsync(
                "", Queue(messages[i].Partition), mandatory: true, properties, messages[i].Body);
        }
        await confirms.UntilAsync((ulong)messages.Length);
    }

    private async Task ConsumeAsync(int partition, Action<int> acknowledged, CancellationToken stop)
    {
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: CancellationToken.None);
        await channel.BasicQosAsync(0, Prefetch, global: false, CancellationToken.None);
        var arrived = Channel.CreateUnbounded<ulong>(new UnboundedChannelOptions { SingleReader = true });
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            arrived.Writer.TryWrite(message.DeliveryTag);
            return Task.CompletedTask;
        };
        var queue = string.Create(CultureInfo.InvariantCulture, $"{Library.Reader}.{Happened.Stream}.{partition}");
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, CancellationToken.None);
        await using var end = stop.Register(() => arrived.Writer.TryComplete());
        while (await arrived.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var (count, last) = (0, 0ul);
            for (; count < Prefetch / 4 && arrived.Reader.TryRead(out var tag); count++) last = tag;
            await channel.BasicAckAsync(last, multiple: true, CancellationToken.None);
            acknowledged(count);
        }
    }

    /// <summary>Up to which sequence number the broker has confirmed everything.</summary>
    private sealed class Confirms
    {
        private readonly Lock _gate = new();
        private readonly HashSet<ulong> _early = [];
        private ulong _all;
        private (ulong Number, TaskCompletionSource Done)? _waiting;

        public Confirms(IChannel channel)
        {
            channel.BasicAcksAsync += (_, ack) => Confirm(ack.DeliveryTag, ack.Multiple);
            channel.BasicNacksAsync += (_, nack) => Fail($"RabbitMQ refused message {nack.DeliveryTag}.");
            channel.BasicReturnAsync += (_, back) => Fail($"RabbitMQ returned a message: {back.ReplyText}");
            channel.ChannelShutdownAsync += (_, shutdown) => Fail(shutdown.ReplyText);
        }

        public Task UntilAsync(ulong number)
        {
            lock (_gate)
            {
                if (_all >= number) return Task.CompletedTask;
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting = (number, done);
                return done.Task;
            }
        }

        private Task Confirm(ulong number, bool multiple)
        {
            lock (_gate)
            {
                if (multiple) _all = Math.Max(_all, number);
                else _early.Add(number);
                while (_early.Remove(_all + 1)) _all++;
                if (_waiting is { } waiting && _all >= waiting.Number)
                {
                    _waiting = null;
                    waiting.Done.SetResult();
                }
            }
            return Task.CompletedTask;
        }

        private Task Fail(string reason)
        {
            lock (_gate) _waiting?.Done.TrySetException(new InvalidOperationException(reason));
            return Task.CompletedTask;
        }
    }
}
