using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Copies what one channel delivers into the partition's buffer and wakes the subscription's loop.</summary>
internal sealed class PartitionConsumer(
    IChannel channel, string stream, int partition, int generation,
    PartitionBuffer buffer, WakeUp wake, TimeProvider clock, Action<string> onLost)
    : IAsyncBasicConsumer
{
    public const string Cancelled = "RabbitMQ cancelled the consumer: its queue was deleted or moved";

    public IChannel Channel => channel;

    public Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        var message = AmqpHeaders.Read(stream, partition, properties, body);
        var sentAt = AmqpHeaders.SentAt(properties) ?? clock.GetUtcNow();
        if (buffer.TryAdd(generation, message, deliveryTag, sentAt)) wake.Signal();
        return Task.CompletedTask;
    }

    /// <summary>The broker ends the consumer: the queue was deleted or lost its leader.</summary>
    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        onLost(Cancelled);
        return Task.CompletedTask;
    }

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default) =>
        Task.CompletedTask;

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) =>
        Task.CompletedTask;

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        onLost(reason.ReplyText);
        return Task.CompletedTask;
    }
}
