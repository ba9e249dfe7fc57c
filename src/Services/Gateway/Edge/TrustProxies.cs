using Microsoft.AspNetCore.HttpOverrides;

namespace Tessera.Gateway;

/// <summary>
/// Behind a load balancer the client is whom the balancer says it is: <c>X-Forwarded-For</c>, <c>-Proto</c> and
/// <c>-Host</c> from the networks in <c>Gateway:TrustedProxies</c> count for limits, logs and links. From anybody else
/// they are a stranger's words, and removed.
/// </summary>
internal static class TrustProxies
{
    public const string Key = "Gateway:TrustedProxies";

    /// <summary>Balancers behind balancers: each adds one address.</summary>
    private const int HopsMax = 10;

    public static void UseTrustedProxies(this IApplicationBuilder app, string[] networks)
    {
        if (networks.Length == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost,
            ForwardLimit = HopsMax,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in BeginTrace.Networks(networks, Key)) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
