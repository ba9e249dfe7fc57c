using System.Net;
using System.Net.Sockets;

namespace Tessera.Cli.Up;

/// <summary>Gives each service its usual port, or the next free one when somebody else has that.</summary>
internal sealed class PortPicker(Func<int, bool> isFree)
{
    private const int Tries = 500;
    private readonly HashSet<int> _given = [];

    public PortPicker() : this(IsFreeOnLoopback)
    {
    }

    public int Pick(int preferred)
    {
        for (var port = preferred; port < Math.Min(preferred + Tries, 65_536); port++)
        {
            if (!_given.Contains(port) && isFree(port))
            {
                _given.Add(port);
                return port;
            }
        }
        throw new UserError($"No port from {preferred} to {preferred + Tries - 1} is free on 127.0.0.1.");
    }

    /// <summary>A port whose next one is free too, for servers that need two.</summary>
    public int FreePair()
    {
        for (var port = 21_000; port < 60_000; port += 2)
        {
            if (_given.Contains(port) || !isFree(port) || !isFree(port + 1)) continue;
            _given.Add(port);
            _given.Add(port + 1);
            return port;
        }
        throw new UserError("No two neighbouring ports are free on 127.0.0.1.");
    }

    public static bool IsFreeOnLoopback(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // .NET sets SO_REUSEADDR on Unix for a bind, so a port in TIME_WAIT counts as
            // free and one in LISTEN does not.
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            probe.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
