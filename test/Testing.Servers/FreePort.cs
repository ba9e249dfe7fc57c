using System.Net;
using System.Net.Sockets;

namespace Tessera.Testing.Servers;

public static class FreePort
{
    /// <summary>A port nobody listens on now, below the range from which the system takes ports for outgoing
    /// connections: a server that is restarted must find its port still free.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another.
            }
        }
        throw new InvalidOperationException("No free port was found between 15000 and 32000.");
    }
}
