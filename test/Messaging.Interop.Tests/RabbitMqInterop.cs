using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Tessera.Messaging.RabbitMq;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>RabbitMQ as a bare AMQP client sees it that knows nothing of the library.</summary>
public sealed class RabbitMqThroughABareClient : ForeignBroker
{
    private readonly RabbitMqServer _server = new();
    private readonly ConcurrentQueue<ForeignMessage> _heard = [];
    private IConnection? _connection;
    private IChannel? _channel;

    public override string AttributePrefix => "cloudEvents_";

    public override void Require() => _server.Require();

    public override void Use(MessagingBuilder messages) => messages.UseRabbitMq(options => options.Uri = _server.Uri);

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    public override async Task ListenAsync()
    {
        var channel = await ChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        for (var partition = 0; partition < 4; partition++)
        {
            await channel.QueueBindAsync(
                queue.QueueName, ParcelSent.Stream, partition.ToString(CultureInfo.InvariantCulture));
        }
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var headers = (delivery.BasicProperties.Headers ?? new Dictionary<string, object?>())
                .ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!));
            _heard.Enqueue(new ForeignMessage(
                headers, headers.GetValueOrDefault("cloudEvents_partitionkey"),
                delivery.BasicProperties.ContentType ?? "", Encoding.UTF8.GetString(delivery.Body.Span)));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
    }

    // The queue of each test hears what comes after it was bound; a message heard through
    // several of them is one message.
    internal override Task<IReadOnlyList<ForeignMessage>> ReadAsync() =>
        Task.FromResult<IReadOnlyList<ForeignMessage>>([.. _heard.DistinctBy(message => message.Body)]);

    internal override async Task PublishAsync(int partition, ForeignMessage message)
    {
        var properties = new BasicProperties
        {
            ContentType = message.ContentType,
            Persistent = true,
            Headers = message.Headers.ToDictionary(header => header.Key, header => (object?)header.Value),
        };
        var channel = await ChannelAsync();
        await channel.BasicPublishAsync(
            ParcelSent.Stream, partition.ToString(CultureInfo.InvariantCulture), mandatory: true, properties,
            Encoding.UTF8.GetBytes(message.Body));
    }

    private async Task<IChannel> ChannelAsync()
    {
        if (_channel is not null) return _channel;
        _connection = await new ConnectionFactory { Uri = new Uri(_server.Uri) }.CreateConnectionAsync();
        return _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
    }
}

public sealed class RabbitMqInterop(RabbitMqThroughABareClient rabbitMq)
    : InteropPromises(rabbitMq), IClassFixture<RabbitMqThroughABareClient>;
