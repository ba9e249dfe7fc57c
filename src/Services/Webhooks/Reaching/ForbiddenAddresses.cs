using System.Net;
using System.Net.Sockets;

namespace Tessera.Webhooks;

/// <summary>Addresses that are no public host's (RFC 6890 and what came after it): this machine, private networks, the
/// metadata services of clouds, and whatever form of IPv6 wraps one of them.</summary>
internal static class ForbiddenAddresses
{
    private static readonly IPNetwork[] forbidden4 = Networks(
        "0.0.0.0/8", // This network.
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // Private.
        "100.64.0.0/10", // Shared by the customers of a provider, with a metadata service of a cloud.
        "127.0.0.0/8", // This machine.
        "168.63.129.16/32", // A cloud's own services, at an address that looks public.
        "169.254.0.0/16", // The link, with the metadata services of most clouds.
        "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // Protocols and examples.
        "192.88.99.0/24", // Relays from IPv6.
        "198.18.0.0/15", // Measurements.
        "224.0.0.0/4", "240.0.0.0/4"); // Groups, and what was never given out.

    /// <summary>All that was ever given out; the rest is private, the link's, a group's or nobody's.</summary>
    private static readonly IPNetwork public6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] forbidden6 = Networks(
        "2001::/23", // Protocols: Teredo and others that wrap addresses.
        "2001:db8::/32", "3fff::/20", // Examples.
        "2002::/16"); // Wraps an IPv4 address, by way of relays that are gone.

    /// <summary>How a network without IPv4 writes it.</summary>
    private static readonly IPNetwork translated = IPNetwork.Parse("64:ff9b::/96");

    public static bool Has(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return IsIn(forbidden4, address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return true;
        var plain = new IPAddress(address.GetAddressBytes()); // Without the name of an interface.
        if (translated.Contains(plain)) return IsIn(forbidden4, Wrapped(plain));
        if (!public6.Contains(plain) || IsIn(forbidden6, plain)) return true;
        return WrapsByInterface(plain) && IsIn(forbidden4, Wrapped(plain));
    }

    /// <summary>An interface's name made of an IPv4 address (RFC 5214).</summary>
    private static bool WrapsByInterface(IPAddress address) =>
        address.GetAddressBytes() is [_, _, _, _, _, _, _, _, 0 or 2, 0, 0x5e, 0xfe, ..];

    private static IPAddress Wrapped(IPAddress address) => new(address.GetAddressBytes().AsSpan(12));

    private static bool IsIn(IPNetwork[] networks, IPAddress address) =>
        Array.Exists(networks, network => network.Contains(address));

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(text => IPNetwork.Parse(text))];
}
