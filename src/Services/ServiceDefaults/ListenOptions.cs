using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>The two endpoints of a process, <c>address:port</c>; port 0 takes a free one.</summary>
internal sealed record ListenOptions(IPEndPoint? Http1, IPEndPoint? Http2)
{
    private static readonly Dictionary<string, (int Http1, int? Http2)> PortsByService = new(StringComparer.Ordinal)
    {
        ["gateway"] = (8080, null),
        ["users"] = (8081, 9081),
        ["catalog"] = (8082, 9082),
        ["inventory"] = (8083, 9083),
        ["orders"] = (8084, 9084),
        ["payments"] = (8085, 9085),
    };

    public static ListenOptions Read(IConfiguration configuration, string service)
    {
        var ports = PortsByService.GetValueOrDefault(service, (8090, 9090));
        return new ListenOptions(
            Endpoint(configuration, "Listen:Http1", ports.Item1),
            Endpoint(configuration, "Listen:Http2", ports.Item2));
    }

    public void Apply(KestrelServerOptions kestrel)
    {
        if (Http1 is not null) kestrel.Listen(Http1, listen => listen.Protocols = HttpProtocols.Http1);
        // Without TLS there is no negotiation, so cleartext HTTP/2 needs an endpoint of its own.
        if (Http2 is not null) kestrel.Listen(Http2, listen => listen.Protocols = HttpProtocols.Http2);
    }

    private static IPEndPoint? Endpoint(IConfiguration configuration, string key, int? portOtherwise)
    {
        var text = configuration[key];
        if (text is "none") return null;
        if (string.IsNullOrEmpty(text))
        {
            return portOtherwise is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null;
        }
        return IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var endpoint)
            ? endpoint
            : throw new InvalidOperationException(
                $"{key} is '{text}': expected address:port, such as 127.0.0.1:8084, or none.");
    }
}
