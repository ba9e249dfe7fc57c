using System.Net;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>
/// Answers for the store's own names only: a foreign <c>Host</c> would end up in links and caches. Known are the hosts
/// of <c>Tessera:PublicUrl</c> and of the issuer and, for who came over loopback, this machine's own names. Probes may
/// use any: they know a process by its address.
/// </summary>
internal sealed class KnowHost(RequestDelegate next, IConfiguration configuration, IOptions<TesseraOptions> options)
{
    private readonly string[] _hosts =
        [.. HostsOf(configuration["Tessera:PublicUrl"]), options.Value.IssuerUri.Host];

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (_hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            || (IsOwnName(host) && context.Connection.LocalIpAddress is { } at && IPAddress.IsLoopback(at))
            || context.Request.Path.StartsWithSegments("/health"))
        {
            return next(context);
        }
        return context.WriteProblem(StatusCodes.Status421MisdirectedRequest, "This is not the store of that name.");
    }

    private static bool IsOwnName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string[] HostsOf(string? url) => string.IsNullOrEmpty(url) ? []
        : Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? [address.Host]
            : throw new InvalidOperationException(
                $"Tessera:PublicUrl is '{url}': expected an address such as https://shop.example.");
}
