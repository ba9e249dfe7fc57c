using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tessera.Cli.Up;

/// <summary>
/// An address of the store: a listening socket that the supervisor opens and every gateway process inherits. They
/// accept from one queue. Whichever of them ends, a connection that waits there is another's, or the next one's; with a
/// socket of each process's own, what had come to the one that ends would be lost.
/// </summary>
internal sealed partial class SharedAddress : IDisposable
{
    private const int WaitingMax = 512;
    private readonly Socket _socket;

    /// <param name="socket">Bound. It is this object's from now on.</param>
    /// <param name="setting">Tells a gateway the socket's number.</param>
    public SharedAddress(Socket socket, string setting)
    {
        _socket = socket;
        Setting = setting;
        socket.Listen(WaitingMax); // The kernel's own bound (somaxconn) may be lower.
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Windows hands no sockets down: the gateway listens by itself there, and is one.</summary>
    public static bool IsPossible => !OperatingSystem.IsWindows();

    public int Port { get; }

    public string Setting { get; }

    /// <summary>A number under which a process that is started before the result is disposed of has the socket.
    /// </summary>
    public InheritedSocket Inherit() => new(Duplicate((int)_socket.Handle));

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    internal sealed class InheritedSocket(int number) : IDisposable
    {
        public int Number { get; } = number >= 0
            ? number
            : throw new IOException("The store's socket cannot be handed to the gateway: no file handle is left.");

        public void Dispose() => _ = Close(Number);
    }
}
