using System.Net;
using System.Text;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Tessera.Gateway;

/// <summary>One client for all services: cleartext HTTP/2 connections to each replica.</summary>
internal sealed class Upstream(HttpMessageInvoker invoker) : IForwarderHttpClientFactory
{
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => invoker;

    public static HttpMessageInvoker CreateInvoker(IConfiguration configuration) =>
        new(StayInStore.Before(CreateHandler(), configuration));

    internal static SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        // One connection costs least on both sides; when all its streams are taken, a further one beats waiting.
        EnableMultipleHttp2Connections = true,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // A name may have come to mean another machine.
        ActivityHeadersPropagator = null, // The trace context is set with the other headers.
        ConnectTimeout = TimeSpan.FromSeconds(2),
        // Kestrel has read the request as UTF-8 (what is none it refuses); an answer passes byte by byte.
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        KeepAlivePingDelay = TimeSpan.FromSeconds(5),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };
}
