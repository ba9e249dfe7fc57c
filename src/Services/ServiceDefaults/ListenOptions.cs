using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>The endpoints of a process, <c>address:port</c>; port 0 takes a free one.</summary>
/// <param name="Http1Socket">A socket that who started the process listens on for it: several processes can share it,
/// and what waits there for an answer outlives each of them.</param>
/// <param name="Direct">An address of this process's own, when it shares the other.</param>
/// <param name="IsPublic">The first is for strangers: only <paramref name="Direct"/> is the process's own.</param>
internal sealed record ListenOptions(
    IPEndPoint? Http1, IPEndPoint? Http2, ulong? Http1Socket, IPEndPoint? Direct, bool IsPublic)
{
    public static ListenOptions Read(IConfiguration configuration, string service)
    {
        var (http1, http2) = Shop.Find(service) is { } known ? (known.Http1, known.Http2) : (8090, 9090);
        return new ListenOptions(
            Endpoint(configuration, "Listen:Http1", http1),
            Endpoint(configuration, "Listen:Http2", http2),
            Socket(configuration, "Listen:Http1Socket"),
            Endpoint(configuration, "Listen:Direct", null),
            service == Shop.GatewayName);
    }

    public void Apply(KestrelServerOptions kestrel)
    {
        if (Http1Socket is { } socket) kestrel.ListenHandle(socket, ForPeople);
        else if (Http1 is not null) kestrel.Listen(Http1, ForPeople);
        if (Direct is not null)
        {
            kestrel.Listen(Direct, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                OwnAddress.Mark(listen);
            });
        }
        // Without TLS there is no negotiation, so cleartext HTTP/2 needs an endpoint of its own.
        if (Http2 is not null) kestrel.Listen(Http2, listen => listen.Protocols = HttpProtocols.Http2);
    }

    private void ForPeople(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        if (!IsPublic) OwnAddress.Mark(listen);
    }

    private static ulong? Socket(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => null,
        var text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw new InvalidOperationException(
            $"{key} is '{text}': expected the number of a listening socket that the process was started with."),
    };

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
