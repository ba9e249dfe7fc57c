using System.Net;
using System.Net.Sockets;

namespace Tessera.Rolling;

/// <summary>A second address of a server: what comes in at a port of its own goes on to the server's.</summary>
internal sealed class PortForwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    private PortForwarder(int target)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(target);
    }

    public int Port { get; }

    /// <summary>How many have come in until now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static PortForwarder To(int target) => new(target);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(int target)
    {
        var all = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                all.Add(ForwardAsync(client, target));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            await Task.WhenAll(all);
        }
    }

    private async Task ForwardAsync(TcpClient client, int target)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, target, _stop.Token);
            await Task.WhenAny(
                near.GetStream().CopyToAsync(far.GetStream(), _stop.Token),
                far.GetStream().CopyToAsync(near.GetStream(), _stop.Token));
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException)
        {
            // One side has gone, and the other one goes with it.
        }
    }
}
