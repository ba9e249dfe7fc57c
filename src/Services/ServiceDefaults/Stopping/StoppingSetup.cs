using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tessera.Messaging;

namespace Tessera.ServiceDefaults;

internal static class StoppingSetup
{
    public static void AddStopping(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var section = builder.Configuration.GetSection(StopOptions.Section);
        services.AddOptions<StopOptions>().Bind(section).ValidateKeys(StopOptions.Section).ValidateOnStart();
        services.AddOptions<HostOptions>().Configure<Microsoft.Extensions.Options.IOptions<StopOptions>>(
            (host, stop) => host.ShutdownTimeout = stop.Value.Whole);
        services.AddSingleton<TellStop>();
        services.AddSingleton<Listeners>();
        services.AddSingleton<IConnectionListenerFactory>(provider => provider.GetRequiredService<Listeners>());
        services.AddHostedService<DrainBeforeStop>();
    }

    /// <summary>The gateway's own clients are strangers: nobody there may keep it from stopping.</summary>
    public static void MapStopping(this IEndpointRouteBuilder routes, string service)
    {
        if (service == Shop.GatewayName) return;
        var gateways = routes.ServiceProvider.GetRequiredService<TellStop>();
        routes.MapGet(TellStop.Path, gateways.HandleAsync).AllowAnonymous().ExcludeFromDescription();
    }
}
