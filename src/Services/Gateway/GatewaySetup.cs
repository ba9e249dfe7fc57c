using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Tessera.Gateway;

internal static class GatewaySetup
{
    private static readonly string[] reads = ["GET", "HEAD"];

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var section = builder.Configuration.GetSection(GatewayOptions.Section);
        services.AddOptions<GatewayOptions>().Bind(section).ValidateKeys(GatewayOptions.Section).ValidateOnStart();
        var options = section.Get<GatewayOptions>() ?? new GatewayOptions();
        services.AddOptions<EdgeOptions>().Bind(section).ValidateKeys(GatewayOptions.Section).ValidateOnStart();
        var edge = section.Get<EdgeOptions>() ?? new EdgeOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            edge.Apply(kestrel.Limits);
            kestrel.Limits.MaxRequestBodySize = options.BodySizeBytesMax;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        if (options.TrustTraceparentFrom.Length > 0) services.AddHttpContextAccessor();
        services.AddSingleton(provider =>
            new PagesProof(provider.GetRequiredService<IOptions<TesseraOptions>>().Value.PagesSecret));
        services.AddSingleton<DistributedContextPropagator>(provider => new BeginTrace(
            DistributedContextPropagator.Current,
            provider.GetRequiredService<PagesProof>(),
            BeginTrace.Networks(options.TrustTraceparentFrom, "Gateway:TrustTraceparentFrom"),
            provider.GetService<IHttpContextAccessor>()));
        services.AddSingleton<AnswerMetrics>();
        services.AddHostedService(provider => provider.GetRequiredService<AnswerMetrics>());
        services.AddSingleton<AccessLog>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessLog>());
        services.AddSingleton(_ => Upstream.CreateInvoker(builder.Configuration));
        services.AddSingleton<IForwarderHttpClientFactory, Upstream>();
        services.AddReplicas(builder.Configuration);
        services.AddSingleton<ReadHealth>();
        services.AddSingleton<RouteFile>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<RouteFile>());
        services.AddHostedService(provider => provider.GetRequiredService<RouteFile>());
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ShowProblemPage>()); // Asked first.
        services.AddReference();
        services.AddSingleton<AnswerUnknown>();
        services.AddLimits(builder.Configuration);
        services.AddOrigins(builder.Configuration);
        services.AddCaching();
        builder.AddHttps();
        services.AddRequestTimeouts();
        services.AddReverseProxy();
        builder.Logging.AddFilter("Yarp", LogLevel.Error); // What failed stands in the access log.
    }

    public static void MapGateway(this WebApplication app)
    {
        app.MapMethods("/status", reads, ShowStart.Handle).AllowAnonymous();
        app.MapMethods("/health", reads, ShowHealth.Handle).AllowAnonymous();
        foreach (var path in AnswerUnknown.Paths)
        {
            app.Map(path, (AnswerUnknown unknown, HttpContext context) => unknown.Handle(context))
                .AllowAnonymous();
        }
        app.MapReference();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<ForgetOnWrite>();
            proxy.UseMiddleware<PickRelease>();
            proxy.UseMiddleware<RetryElsewhere>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints((endpoint, route) =>
        {
            if (route.Metadata?.TryGetValue(RouteEntry.BodyMark, out var bytes) == true)
            {
                endpoint.WithMetadata(new RequestSizeLimitAttribute(
                    long.Parse(bytes, CultureInfo.InvariantCulture)));
            }
        });
    }
}
