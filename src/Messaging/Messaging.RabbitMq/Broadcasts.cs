using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Signals that may be lost: a fanout exchange per channel, a private queue per listener.</summary>
internal sealed class Broadcasts(
    BrokerLink publish, BrokerLink consume, RabbitMqOptions options, TimeProvider clock, ILogger logger)
{
    public static readonly CreateChannelOptions Plain = new(false, false);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private IChannel? _channel;

    public async Task SendAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(options.BrokerTimeout);
        var hasTurn = false;
        try
        {
            await _turn.WaitAsync(deadline.Token).ConfigureAwait(false);
            hasTurn = true;
            if (_channel is not { IsOpen: true })
            {
                _declared.Clear();
                var connection = await publish.OpenAsync(deadline.Token).ConfigureAwait(false);
                _channel = await connection.CreateChannelAsync(Plain, deadline.Token).ConfigureAwait(false);
            }
            var exchange = Names.Broadcast(channel);
            if (_declared.Add(exchange)) await DeclareAsync(_channel, exchange, deadline.Token).ConfigureAwait(false);
            await _channel.BasicPublishAsync(exchange, "", payload, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, $"broadcasting on '{channel}'");
        }
        finally
        {
            if (hasTurn) _turn.Release();
        }
    }

    public async Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop)
    {
        var listener = Listen(channel, onSignal);
        await listener.FirstAsync(stop).ConfigureAwait(false);
        return listener;
    }

    /// <summary>Begins to listen, without waiting for the broker.</summary>
    public BroadcastListener Listen(string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal) =>
        new(consume, channel, onSignal, options, clock, logger);

    public static Task DeclareAsync(IChannel channel, string exchange, CancellationToken stop) =>
        channel.ExchangeDeclareAsync(
            exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: stop);
}
