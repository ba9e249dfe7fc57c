using System.Text.Json;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging;

/// <summary>
/// Signals that may be lost: at most once, to whoever listens now, in no promised order. For "this page may refresh",
/// never for facts; those are published. A singleton service.
/// </summary>
public sealed class Broadcast
{
    private readonly ITransport _transport;
    private readonly MessageRegistry _registry;

    internal Broadcast(ITransport transport, MessageRegistry registry)
    {
        _transport = transport;
        _registry = registry;
    }

    /// <summary>Sends to all who listen on the channel now, in any process.</summary>
    /// <exception cref="InvalidOperationException">The signal is larger
    /// than <c>Messaging:PayloadSizeBytesMax</c>.</exception>
    /// <exception cref="TransportUnavailableException">The broker is away; the signal is lost.</exception>
    public Task SendAsync<TSignal>(string channel, TSignal signal, CancellationToken stop)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(signal, _registry.Json);
        if (payload.Length > _registry.PayloadSizeBytesMax)
        {
            throw new InvalidOperationException(
                $"A signal of {payload.Length} bytes on '{channel}' exceeds Messaging:PayloadSizeBytesMax, " +
                $"{_registry.PayloadSizeBytesMax}.");
        }
        return _transport.BroadcastAsync(channel, payload, stop);
    }

    /// <summary>Calls <paramref name="onSignal"/> for each signal until the returned object is disposed. What cannot
    /// be read as <typeparamref name="TSignal"/> is dropped.</summary>
    public Task<IAsyncDisposable> ListenAsync<TSignal>(
        string channel, Func<TSignal, ValueTask> onSignal, CancellationToken stop) =>
        _transport.ListenAsync(
            channel, payload => TryRead(payload, out TSignal? signal) ? onSignal(signal!) : default, stop);

    private bool TryRead<TSignal>(ReadOnlyMemory<byte> payload, out TSignal? signal)
    {
        try
        {
            signal = JsonSerializer.Deserialize<TSignal>(payload.Span, _registry.Json);
            return signal is not null;
        }
        catch (JsonException)
        {
            signal = default;
            return false;
        }
    }
}
