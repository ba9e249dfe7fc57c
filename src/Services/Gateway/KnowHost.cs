using System.Net;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>
/// Answers for the store's own names only: a foreign <c>Host</c> would end up in links and caches. Known are that
/// of <c>Tessera:PublicUrl</c> and, for who came over loopback, this machine's own names. Probes may use any: they
/// know a process by its address, and so does who asks it at the address that is its own.
/// </summary>
internal sealed class KnowHost(RequestDelegate next, IOptions<TesseraOptions> options)
{
    private readonly string _name = options.Value.PublicUri.Host;

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (host.Equals(_name, StringComparison.OrdinalIgnoreCase)
            || (IsOwnName(host) && context.Connection.LocalIpAddress is { } at && IPAddress.IsLoopback(at))
            || OwnAddress.IsAsked(context)
            || HealthEndpoints.IsProbe(context.Request.Path) || context.Request.Path == "/health")
        {
            return next(context);
        }
        return context.WriteProblem(StatusCodes.Status421MisdirectedRequest, "This is not the store of that name.");
    }

    private static bool IsOwnName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
