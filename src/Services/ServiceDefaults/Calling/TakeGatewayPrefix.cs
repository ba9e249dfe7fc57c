using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>A service knows its own paths alone; the gateway says under which prefix it offers them, and the addresses
/// in answers (<c>Location</c>, OpenAPI) carry it. Believed from the gateway only: this machine, or
/// <see cref="TesseraOptions.GatewayNetworks"/>.</summary>
internal sealed partial class TakeGatewayPrefix(RequestDelegate next, IOptions<TesseraOptions> options)
{
    private const string Header = "X-Forwarded-Prefix";
    private readonly IPNetwork[] _gateways = [.. options.Value.GatewayNetworks.Select(network =>
        IPNetwork.TryParse(network, out var parsed) ? parsed : throw new InvalidOperationException(
            $"Tessera:GatewayNetworks has '{network}': expected a network such as 10.0.0.0/24."))];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers[Header] is [{ Length: > 0 } prefix]
            && IsGateway(context.Connection.RemoteIpAddress) && Path().IsMatch(prefix))
        {
            context.Request.PathBase = prefix;
            context.Response.OnStarting(Complete, context);
        }
        return next(context);
    }

    // Here, once, and not in each operation: services say where a thing is in their own words.
    private static Task Complete(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        var prefix = context.Request.PathBase;
        if (headers.Location is [{ } location] && location.StartsWith('/')
            && !location.StartsWith("//", StringComparison.Ordinal)
            && !location.StartsWith(prefix + "/", StringComparison.Ordinal))
        {
            headers.Location = prefix + location;
        }
        return Task.CompletedTask;
    }

    private bool IsGateway(IPAddress? peer)
    {
        if (peer is null) return false;
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        return IPAddress.IsLoopback(peer) || _gateways.Any(network => network.Contains(peer));
    }

    [GeneratedRegex(@"\A(/[A-Za-z0-9._~-]+)+\z")]
    private static partial Regex Path();
}
