using System.Net;
using System.Net.Sockets;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Whose failures are counted together: one account's from one network.</summary>
/// <param name="Account">See <see cref="EmailAddress.KeyOf"/>.</param>
/// <param name="Network">An IPv4 address, or the /64 of an IPv6 one: a household or a host has at least that.</param>
internal sealed record SignInKey(string Account, string Network)
{
    private const string ForwardedFor = "X-Forwarded-For";
    private const int Ipv6NetworkBytes = 8;

    public static SignInKey Of(string email, HttpContext context, TesseraOptions tessera) =>
        new(EmailAddress.KeyOf(email), NetworkOf(context, tessera));

    /// <summary>The network that the request came from.</summary>
    public static string NetworkOf(HttpContext context, TesseraOptions tessera) =>
        NetworkOf(SourceOf(context, tessera));

    /// <summary>Guesses at something that is no account's, of one network.</summary>
    public static SignInKey OfNetwork(string what, HttpContext context, TesseraOptions tessera) =>
        new(what, NetworkOf(SourceOf(context, tessera)));

    /// <summary>Only the gateway may say whom it asks for; it has removed what the client itself said.</summary>
    private static IPAddress SourceOf(HttpContext context, TesseraOptions tessera)
    {
        var peer = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        var said = context.Request.Headers[ForwardedFor].ToString();
        var last = said[(said.LastIndexOf(',') + 1)..].Trim();
        return tessera.IsGateway(peer) && IPAddress.TryParse(last, out var source) ? source : peer;
    }

    private static string NetworkOf(IPAddress source)
    {
        if (source.IsIPv4MappedToIPv6) source = source.MapToIPv4();
        if (source.AddressFamily != AddressFamily.InterNetworkV6) return source.ToString();
        var bytes = source.GetAddressBytes();
        bytes.AsSpan(Ipv6NetworkBytes).Clear();
        return new IPAddress(bytes) + "/64";
    }
}
