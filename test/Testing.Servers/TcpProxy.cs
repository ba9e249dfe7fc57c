using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tessera.Testing.Servers;

/// <summary>
/// A TCP proxy whose traffic can be made to vanish: connections stay open and nothing arrives, as behind a firewall
/// that drops packets. What is swallowed then is lost, not delayed.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly int _target;
    private volatile bool _swallows;

    /// <param name="targetPort">The loopback port of the server.</param>
    /// <param name="port">The port to listen at; a free one when null.</param>
    public TcpProxy(int targetPort, int? port = null)
    {
        _target = targetPort;
        _listener = new TcpListener(IPAddress.Loopback, port ?? FreePort.Next());
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing passes in either direction; connections stay open, new ones are
    /// taken and lead nowhere.</summary>
    public void Swallow() => _swallows = true;

    /// <summary>New traffic passes again. Connections from before are as broken as they are behind
    /// a real black hole.</summary>
    public void Pass() => _swallows = false;

    /// <summary>Breaks every open connection.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys) socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptSocketAsync(_stopping.Token));
            }
            catch (Exception failure)
                when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either the proxy ends, or the client went away before it was accepted.
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server =
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var taken = client;
        client.NoDelay = true;
        _open[client] = _open[server] = 0;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception failure)
            when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is away: the client sees its connection close.
        }
        finally
        {
            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        var swallowed = false;
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                // Once bytes were lost the stream has a hole: nothing after it may pass on this connection.
                swallowed |= _swallows;
                if (!swallowed) await to.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
            }
        }
        catch (Exception failure)
            when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side closed; the other follows.
        }
    }
}
