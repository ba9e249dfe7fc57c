using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>The two endpoints of a process, <c>address:port</c>; port 0 takes a free one.</summary>
internal sealed record ListenOptions(IPEndPoint? Http1, IPEndPoint? Http2)
{
    public static ListenOptions Read(IConfiguration configuration, string service)
    {
        var (http1, http2) = Shop.Find(service) is { } known ? (known.Http1, known.Http2) : (8090, 9090);
        return new ListenOptions(
            Endpoint(configuration, "Listen:Http1", http1),
            Endpoint(configuration, "Listen:Http2", http2));
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
