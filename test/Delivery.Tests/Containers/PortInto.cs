using System.Net;
using System.Net.Sockets;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>A port of this machine's loopback that leads to the same port of a namespace's loopback.</summary>
internal sealed class PortInto : IAsyncDisposable
{
    private readonly NetworkNamespace _network;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public PortInto(NetworkNamespace network, int port)
    {
        _network = network;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carried = new List<Task>();
        try
        {
            while (true) carried.Add(CarryAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(Socket accepted)
    {
        await using var outside = new NetworkStream(accepted, ownsSocket: true);
        try
        {
            accepted.NoDelay = true;
            await using var inside = await _network.ConnectAsync(_listener.LocalEndpoint, _stop.Token);
            await Task.WhenAll(PumpAsync(outside, inside), PumpAsync(inside, outside));
        }
        catch (Exception ended) when (ended is IOException or SocketException
            or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody listens in there, or one of the two has gone: the other hears of it by the end of its connection.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            await from.CopyToAsync(to, _stop.Token);
            to.Socket.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // What is broken on one side is broken on the other, whose reader would wait for more.
            await from.DisposeAsync();
            await to.DisposeAsync();
            throw;
        }
    }
}
