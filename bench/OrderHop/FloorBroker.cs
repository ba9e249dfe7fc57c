using System.Buffers.Binary;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Tessera.OrderHop;

/// <summary>RabbitMQ with nothing around it: quorum queues, persistent messages, confirms counted by tag,
/// packed bodies.</summary>
internal sealed class FloorBroker : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _publish;
    private readonly Lock _gate = new();
    private readonly Queue<(ulong Last, TaskCompletionSource Done)> _waiting = new();
    private readonly HashSet<ulong> _early = [];
    private ulong _confirmed;

    private FloorBroker(IConnection connection, IChannel publish)
    {
        _connection = connection;
        _publish = publish;
        publish.BasicAcksAsync += (_, ack) =>
        {
            Confirm(ack.DeliveryTag, ack.Multiple);
            return Task.CompletedTask;
        };
    }

    public static async Task<FloorBroker> ConnectAsync(string uri, params string[] queues)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false));
        foreach (var queue in queues)
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
                arguments: new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        }
        return new FloorBroker(connection, channel);
    }

    /// <summary>Completes when the broker has confirmed the message.</summary>
    public async Task SendAsync(string queue, byte[] body)
    {
        var tag = await _publish.GetNextPublishSequenceNumberAsync();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _waiting.Enqueue((tag, done));
        await _publish.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, body);
        await done.Task;
    }

    /// <summary>Hands over what is there, at most <paramref name="most"/> messages; acknowledges
    /// after the handler.</summary>
    public async Task ConsumeAsync(string queue, int most, Func<List<byte[]>, Task> handle)
    {
        var channel = await _connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, 1024, global: false);
        var arrived = Channel.CreateUnbounded<(ulong Tag, byte[] Body)>(
            new UnboundedChannelOptions { SingleReader = true });
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            arrived.Writer.TryWrite((message.DeliveryTag, message.Body.ToArray()));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        var bodies = new List<byte[]>(most);
        while (await arrived.Reader.WaitToReadAsync())
        {
            bodies.Clear();
            ulong last = 0;
            while (bodies.Count < most && arrived.Reader.TryRead(out var message))
            {
                bodies.Add(message.Body);
                last = message.Tag;
            }
            await handle(bodies);
            await channel.BasicAckAsync(last, multiple: true);
        }
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    public static byte[] Pack(IReadOnlyList<FloorRow> rows)
    {
        var bytes = new byte[rows.Sum(row => 20 + row.Body.Length)];
        var at = 0;
        foreach (var row in rows)
        {
            row.Id.TryWriteBytes(bytes.AsSpan(at));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 16), row.Body.Length);
            row.Body.CopyTo(bytes.AsSpan(at + 20));
            at += 20 + row.Body.Length;
        }
        return bytes;
    }

    public static IEnumerable<FloorRow> Unpack(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 16));
            yield return new FloorRow(new Guid(bytes.AsSpan(at, 16)), bytes.AsSpan(at + 20, length).ToArray());
            at += 20 + length;
        }
    }

    private void Confirm(ulong tag, bool multiple)
    {
        lock (_gate)
        {
            if (multiple) _confirmed = Math.Max(_confirmed, tag);
            else _early.Add(tag);
            while (_early.Remove(_confirmed + 1)) _confirmed++;
            while (_waiting.TryPeek(out var next) && next.Last <= _confirmed) _waiting.Dequeue().Done.TrySetResult();
        }
    }
}

internal readonly record struct FloorRow(Guid Id, byte[] Body);
