using System.Text.RegularExpressions;
using RabbitMQ.Client;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>One confirming channel; all messages of a partition go through the same one, in order.</summary>
internal sealed partial class PublishLane(
    BrokerLink link, RabbitMqOptions options, RouteNames routes, TimeProvider clock)
{
    private static readonly CreateChannelOptions Confirming =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private OpenChannel? _open;

    /// <summary>
    /// Starts publishing the messages at <paramref name="indexes"/>, bounded by the window. Their fate is completed in
    /// the batch, later; after an error all those not published are left unknown.
    /// </summary>
    public async Task PublishAsync(SendBatch batch, List<int> indexes, CancellationToken deadline)
    {
        var next = 0;
        OpenChannel? open = null;
        var entered = false;
        try
        {
            await _turn.WaitAsync(deadline).ConfigureAwait(false);
            entered = true;
            open = await OpenAsync(deadline).ConfigureAwait(false);
            while (next < indexes.Count)
            {
                if (open.Window.TryAdd(batch, indexes[next]))
                {
                    await PublishAsync(open.Channel, batch.Messages[indexes[next++]], deadline).ConfigureAwait(false);
                    continue;
                }
                if (open.Window.ClosedReason is { } reason) throw new TransportUnavailableException(reason);
                await open.Window.WhenRoomAsync().WaitAsync(deadline).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            // A publish that was cut off, by whatever, leaves the sequence of the channel uncertain, so the channel
            // goes too: the next confirm would be taken for another message's.
            var reason = failure is OperationCanceledException ? TimeoutReason() : failure.Message;
            open?.Window.Close(reason);
            for (; next < indexes.Count; next++) batch.Leave(indexes[next], reason);
            if (open is null && failure is TransportUnavailableException or TransportRefusedException) throw;
        }
        finally
        {
            if (entered) _turn.Release();
        }
    }

    /// <summary>Gives up the channel and its connection: the broker left confirms unanswered for too long.</summary>
    public async Task AbandonAsync(string reason)
    {
        if (_open is not { } open || open.Window.IsEmpty) return;
        open.Window.Close(reason);
        await link.DropAsync(open.Connection, reason).ConfigureAwait(false);
    }

    private string TimeoutReason() => link.BlockedReason is { } blocked
        ? $"RabbitMQ accepts no publishing: {blocked}"
        : $"RabbitMQ did not take or confirm it within {options.SendTimeout.TotalSeconds:0.#} s";

    private ValueTask PublishAsync(IChannel channel, WireMessage message, CancellationToken deadline) =>
        channel.BasicPublishAsync(
            routes.Exchange(message.Stream), routes.RoutingKey(message.Partition), mandatory: true,
            AmqpHeaders.Write(message, clock.GetUtcNow()), message.Body, deadline);

    private async ValueTask<OpenChannel> OpenAsync(CancellationToken deadline)
    {
        if (_open is { } open)
        {
            if (open.Channel.IsOpen && open.Window.ClosedReason is null)
            {
                if (link.IsStale) await link.OpenAsync(deadline).ConfigureAwait(false);
                return open;
            }
            _open = null;
            open.Window.Close("the channel to RabbitMQ was lost");
            if (open.Connection.IsOpen) await open.Channel.AbortAsync(deadline).ConfigureAwait(false);
        }
        var connection = await link.OpenAsync(deadline).ConfigureAwait(false);
        try
        {
            var channel = await connection.CreateChannelAsync(Confirming, deadline).ConfigureAwait(false);
            return _open = new OpenChannel(connection, channel, Watch(channel));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw Failures.Sort(failure, "opening a channel to publish");
        }
    }

    private ConfirmWindow Watch(IChannel channel)
    {
        var window = new ConfirmWindow(options.UnconfirmedMax);
        channel.BasicAcksAsync += (_, ack) =>
        {
            window.Settle(ack.DeliveryTag, ack.Multiple, accepted: true);
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, nack) =>
        {
            window.Settle(nack.DeliveryTag, nack.Multiple, accepted: false);
            return Task.CompletedTask;
        };
        channel.BasicReturnAsync += (_, back) =>
        {
            var reason = $"unroutable: no queue is bound to RabbitMQ's exchange '{back.Exchange}' for partition " +
                $"{back.RoutingKey} ({back.ReplyText})";
            window.Return(back.Exchange, back.RoutingKey, back.BasicProperties.MessageId, reason);
            link.DeclareAnew(reason);
            return Task.CompletedTask;
        };
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            window.Close($"the channel to RabbitMQ was closed: {shutdown.ReplyText}", TooLarge(shutdown.ReplyText));
            if (shutdown.ReplyCode == Constants.NotFound) link.DeclareAnew(shutdown.ReplyText);
            return Task.CompletedTask;
        };
        return window;
    }

    /// <summary>The size in "message size N (is) larger than (configured) max size M", which closes
    /// the channel.</summary>
    private static int? TooLarge(string? reply) =>
        reply is not null && MessageSize().Match(reply) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, out var size) ? size : null;

    [GeneratedRegex(@"message size (\d+) (?:is )?larger than")]
    private static partial Regex MessageSize();

    private sealed record OpenChannel(IConnection Connection, IChannel Channel, ConfirmWindow Window);
}
