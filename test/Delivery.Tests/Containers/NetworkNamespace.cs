using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>
/// Interfaces, addresses and rules apart from the machine's. Each container that comes or goes in a network of Podman's
/// gives the machine an interface or takes it away, and a browser of another test, which watches them as for one who
/// walks out of reach of a wireless network, ends all its requests with <c>ERR_NETWORK_CHANGED</c>. In here nobody
/// sees them.
/// </summary>
/// <remarks>The kernel gives a namespace to a thread: one thread lives in it, and processes that it starts and sockets
/// that it makes are in it too, whoever uses them afterwards.</remarks>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET, see unshare(2).

    private readonly BlockingCollection<Action> _deeds = [];
    private readonly Thread _inside;

    public NetworkNamespace()
    {
        _inside = new Thread(Live) { IsBackground = true, Name = nameof(NetworkNamespace) };
        _inside.Start();
    }

    /// <summary>Makes it.</summary>
    /// <exception cref="Win32Exception">This process may not, as only root may.</exception>
    public async Task EnterAsync()
    {
        await DoAsync(() => Unshare(NewNetwork) == 0 ? 0 : throw new Win32Exception(Marshal.GetLastPInvokeError()));
        await Tool.RunAsync("ip", ["link", "set", "lo", "up"], network: this);
    }

    /// <summary>Does it on the thread that is inside.</summary>
    public Task<T> DoAsync<T>(Func<T> deed)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _deeds.Add(() =>
        {
            try
            {
                done.SetResult(deed());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    /// <summary>A connection to an address that only the inside knows.</summary>
    public async Task<NetworkStream> ConnectAsync(EndPoint address, CancellationToken stop)
    {
        var socket = await DoAsync(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _deeds.CompleteAdding();
        _inside.Join();
        _deeds.Dispose();
    }

    private void Live()
    {
        foreach (var deed in _deeds.GetConsumingEnumerable()) deed();
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
