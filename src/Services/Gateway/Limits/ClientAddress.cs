using System.Net;
using System.Net.Sockets;

namespace Tessera.Gateway;

/// <summary>By what an anonymous client is counted: its IPv4 address, or the /64 of its IPv6 address, since a single
/// subscriber has all the addresses of one.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    public static string Of(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? Of(address) : "?";

    public static string Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[NetworkBytes..].Clear();
        return new IPAddress(bytes) + "/64";
    }
}
