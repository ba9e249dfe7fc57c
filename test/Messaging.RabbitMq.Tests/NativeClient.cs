using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Tessera.Testing;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>A bare AMQP client beside the transport: an operator's hand, or another language's service.</summary>
internal sealed class NativeClient(IConnection connection, IChannel channel) : IAsyncDisposable
{
    public IChannel Channel => channel;

    public static async Task<NativeClient> OpenAsync(string uri)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        return new NativeClient(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Waits for some messages of a queue, in order; they are not settled.</summary>
    public async Task<IReadOnlyList<BasicDeliverEventArgs>> ReceiveAsync(string queue, int count)
    {
        List<BasicDeliverEventArgs> received = [];
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            lock (received) received.Add(message);
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, PartitionReader.Prefetch, global: false);
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        await Eventually.HoldsAsync($"{count} messages came", () =>
        {
            lock (received) return received.Count >= count;
        });
        return received;
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
