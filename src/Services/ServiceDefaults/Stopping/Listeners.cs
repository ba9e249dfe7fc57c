using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>
/// The server's listening sockets, which it can close without ending the connections that it has. The server itself
/// does both at once, and a connection that it has accepted and not read from yet ends without an answer.
/// </summary>
internal sealed class Listeners(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);
    private readonly ConcurrentBag<Listener> _open = [];
    private int _connections;
    private long _lastAsked;

    /// <summary>Connections that are open now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether no connection is accepted any more, so that clients had better leave.</summary>
    public bool IsClosing { get; private set; }

    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(await _sockets.BindAsync(endpoint, cancellationToken), this);
        _open.Add(listener);
        return listener;
    }

    /// <summary>A request came in on one of the connections that are to go.</summary>
    public void Asked(TimeProvider clock) => Volatile.Write(ref _lastAsked, clock.GetTimestamp());

    public TimeSpan QuietFor(TimeProvider clock) => clock.GetElapsedTime(Volatile.Read(ref _lastAsked));

    public async Task StopAcceptingAsync(CancellationToken stop)
    {
        Asked(TimeProvider.System);
        IsClosing = true;
        foreach (var listener in _open) await listener.UnbindAsync(stop);
    }

    private sealed class Listener(IConnectionListener inner, Listeners all) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await inner.AcceptAsync(cancellationToken);
            if (connection is null) return null;
            Interlocked.Increment(ref all._connections);
            connection.ConnectionClosed.Register(
                static listeners => Interlocked.Decrement(ref ((Listeners)listeners!)._connections), all);
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) =>
            inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
