using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// Declares exchanges, queues and bindings with every argument stated, so that 3.10 and 4.x behave alike: a declaration
/// that differs from what stands at the broker is refused by it (406), which is the start-up check.
/// </summary>
internal sealed class Declarations(RabbitMqOptions options)
{
    /// <summary>
    /// Effectively unlimited: the library decides what is poison. Stated because 4.x otherwise drops after 20 returns,
    /// and because 3.10 puts a returned message back in its place only on queues that have a limit.
    /// </summary>
    public const int DeliveryLimit = 1_000_000_000;

    /// <summary>
    /// What was deleted is not declared again before the broker's channels have heard of it. One that hears too late
    /// finds the new queue, consumes it by itself instead of cancelling the consumer, and then takes the new queue's
    /// messages for copies of the old one's: they stay lent and reach nobody (seen on 3.10; the argument against it,
    /// x-cancel-on-ha-failover, is refused by quorum queues).
    /// </summary>
    public static readonly TimeSpan ForgetTime = TimeSpan.FromSeconds(1);

    public async Task DeclareAsync(IConnection connection, Topology topology, CancellationToken stop)
    {
        var plain = new CreateChannelOptions(false, false);
        var channel = await connection.CreateChannelAsync(plain, stop).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            foreach (var stream in topology.Streams)
                await DeclareStreamAsync(channel, stream, stop).ConfigureAwait(false);
            foreach (var read in topology.Subscriptions)
            {
                await DeclareExchangeAsync(channel, read.Stream, read.Partitions, stop).ConfigureAwait(false);
                await DeclareSubscriptionAsync(channel, read, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A reader's own partition; repairs what was deleted while it was away.</summary>
    public async Task DeclarePartitionAsync(IChannel channel, Subscription read, int partition, CancellationToken stop)
    {
        var queue = Names.Queue(read.Subscriber, read.Stream, partition);
        var arguments = Quorum();
        arguments["x-single-active-consumer"] = true;
        arguments["x-delivery-limit"] = DeliveryLimit;
        arguments["x-dead-letter-exchange"] = ""; // The default exchange: straight to the queue named by the key.
        arguments["x-dead-letter-routing-key"] = Names.DeadLetters(read.Subscriber, read.Stream);
        arguments["x-dead-letter-strategy"] = "at-least-once";
        // What at-least-once asks for; without a length bound it never acts.
        arguments["x-overflow"] = "reject-publish";
        await DeclareQueueAsync(channel, queue, arguments, stop).ConfigureAwait(false);
        await channel.QueueBindAsync(
            queue, Names.Exchange(read.Stream), Names.RoutingKey(partition),
            cancellationToken: stop).ConfigureAwait(false);
    }

    private async Task DeclareStreamAsync(IChannel channel, StreamDefinition stream, CancellationToken stop)
    {
        await DeclareExchangeAsync(channel, stream.Name, stream.Partitions, stop).ConfigureAwait(false);

        // The publisher declares the queues of the subscribers it knows, so that events wait for one not started yet.
        foreach (var subscriber in stream.Subscribers)
        {
            var read = new Subscription(stream.Name, stream.Partitions, subscriber);
            await DeclareSubscriptionAsync(channel, read, stop).ConfigureAwait(false);
        }
        await DeclareRetainedAsync(channel, stream, stop).ConfigureAwait(false);
    }

    private async Task DeclareExchangeAsync(IChannel channel, string stream, int partitions, CancellationToken stop)
    {
        await channel.ExchangeDeclareAsync(
            Names.Exchange(stream), ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: stop)
            .ConfigureAwait(false);
        var marker = Quorum();
        marker["x-max-length"] = partitions;
        var name = Names.PartitionCount(stream);
        try
        {
            await channel.QueueDeclareAsync(
                name, true, false, false, marker, cancellationToken: stop).ConfigureAwait(false);
        }
        catch (OperationInterruptedException refusal) when (Failures.IsMismatch(refusal))
        {
            throw new TransportRefusedException(
                $"Messaging:Partitions is {partitions}, but the stream '{stream}' was created " +
                $"at RabbitMQ with another count (the length bound of its queue '{name}'): {Failures.Text(refusal)}. " +
                "The count of a stream is fixed: set Messaging:Partitions back.", refusal);
        }
    }

    private async Task DeclareSubscriptionAsync(IChannel channel, Subscription read, CancellationToken stop)
    {
        // First the dead letters' queue: what points at it must never point at nothing.
        await DeclareQueueAsync(
            channel, Names.DeadLetters(read.Subscriber, read.Stream), Quorum(), stop).ConfigureAwait(false);
        for (var partition = 0; partition < read.Partitions; partition++)
        {
            await DeclarePartitionAsync(channel, read, partition, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Without a known subscriber every event would be unroutable; they are kept in one
    /// bounded queue instead.</summary>
    private async Task DeclareRetainedAsync(IChannel channel, StreamDefinition stream, CancellationToken stop)
    {
        var queue = Names.Retained(stream.Name);
        if (stream.Subscribers.Count == 0)
        {
            var arguments = Quorum();
            arguments["x-max-length-bytes"] = options.RetainedSizeBytesMax;
            arguments["x-overflow"] = "drop-head";
            await DeclareQueueAsync(channel, queue, arguments, stop).ConfigureAwait(false);
        }
        for (var partition = 0; partition < stream.Partitions; partition++)
        {
            var key = Names.RoutingKey(partition);
            if (stream.Subscribers.Count == 0)
            {
                await channel.QueueBindAsync(
                    queue, Names.Exchange(stream.Name), key, cancellationToken: stop).ConfigureAwait(false);
            }
            else
            {
                // Since the first known subscriber the queue must not hide a missing one; what it holds stays.
                await channel.QueueUnbindAsync(
                    queue, Names.Exchange(stream.Name), key, null, stop).ConfigureAwait(false);
            }
        }
    }

    private static async Task DeclareQueueAsync(
        IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken stop)
    {
        try
        {
            await channel.QueueDeclareAsync(
                name, true, false, false, arguments, cancellationToken: stop).ConfigureAwait(false);
        }
        catch (OperationInterruptedException refusal) when (Failures.IsMismatch(refusal))
        {
            throw new TransportRefusedException(
                $"RabbitMQ's queue '{name}' stands with another setting than this process needs: " +
                $"{Failures.Text(refusal)}. A queue cannot be changed in place: let its readers empty it, " +
                "delete it, and start again.", refusal);
        }
    }

    private Dictionary<string, object?> Quorum() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = options.QuorumSize,
    };
}
