using Yarp.ReverseProxy.Configuration;

namespace Tessera.Gateway;

/// <summary>A file of routes as it was read: the common one, or that of one service.</summary>
internal sealed record RouteText(string Name, byte[] Bytes, string? Service);

/// <summary>All that the files say, checked.</summary>
internal sealed record RouteTable(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<Canary> Canaries)
{
    public static readonly RouteTable Empty = new([], []);
}
