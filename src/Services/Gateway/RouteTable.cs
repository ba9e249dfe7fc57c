using Yarp.ReverseProxy.Configuration;

namespace Tessera.Gateway;

/// <summary>A file of routes as it was read: the common one, that of one service, or that of the canaries.</summary>
internal sealed record RouteText(string Name, byte[] Bytes, string? Service)
{
    /// <summary>The file of canaries needs no route.</summary>
    public bool HasCanariesAlone { get; init; }
}

/// <summary>All that the files say, checked.</summary>
internal sealed record RouteTable(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<Canary> Canaries)
{
    public static readonly RouteTable Empty = new([], []);
}
