using System.Net;
using System.Net.Sockets;

namespace Tessera.Cli.Up;

/// <summary>Gives each service its usual port, or the next free one when somebody else has that. Whatever it gave it
/// listens on until it lets go: of two stores that choose at the same moment, only one gets a port.</summary>
/// <param name="listen">Null when the port is taken.</param>
/// <param name="claims">Keep what was given from other stores also after it was let go; none by default.</param>
internal sealed class PortPicker(Func<int, IDisposable?> listen, PortClaims? claims = null) : IDisposable
{
    private const int Tries = 500;
    private readonly Dictionary<int, IDisposable?> _given = [];

    public PortPicker(PortClaims? claims = null) : this(ListenOnLoopback, claims)
    {
    }

    public int Pick(int preferred)
    {
        for (var port = preferred; port < Math.Min(preferred + Tries, 65_536); port++)
        {
            if (TryTake(port)) return port;
        }
        throw new UserError($"No port from {preferred} to {preferred + Tries - 1} is free on 127.0.0.1.");
    }

    /// <summary>A port whose next one is free too, for servers that need two.</summary>
    public int PickPair()
    {
        for (var port = 21_000; port < 60_000; port += 2)
        {
            if (TryTakePair(port)) return port;
        }
        throw new UserError("No two neighbouring ports are free on 127.0.0.1.");
    }

    public bool TryTakePair(int port)
    {
        var had = claims?.Has(port) == true;
        if (!TryTake(port)) return false;
        if (TryTake(port + 1)) return true;
        LetGo(port);
        _given.Remove(port);
        if (!had) claims?.GiveBack(port);
        return false;
    }

    /// <summary>For the process that is about to listen there itself. The port is not given again.</summary>
    public void LetGo(int port)
    {
        _given[port]?.Dispose();
        _given[port] = null;
    }

    /// <summary>Hands over what listens on the port; from now on it is the caller's.</summary>
    public IDisposable Take(int port)
    {
        var taken = _given[port] ?? throw new InvalidOperationException($"Port {port} was let go of already.");
        _given[port] = null;
        return taken;
    }

    /// <summary>Lets go of all.</summary>
    public void Dispose()
    {
        foreach (var port in _given.Keys.ToList()) LetGo(port);
    }

    private bool TryTake(int port)
    {
        if (_given.ContainsKey(port)) return false;
        var had = claims?.Has(port) == true;
        if (claims?.TryClaim(port) == false) return false;
        if (listen(port) is not { } held)
        {
            if (!had) claims?.GiveBack(port);
            return false;
        }
        _given.Add(port, held);
        return true;
    }

    private static Socket? ListenOnLoopback(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // .NET sets SO_REUSEADDR on Unix for a bind, so a port in TIME_WAIT counts as free, and only listening
            // makes it ours.
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
