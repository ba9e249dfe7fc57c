using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tessera.Messaging;

namespace Tessera.ServiceDefaults;

/// <summary>What every process of Tessera has alike: endpoints, limits, problems, tokens, telemetry,
/// health, OpenAPI.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds the defaults for the service of this name (lower case).</summary>
    /// <param name="takesTokens">Whether requests carry access tokens. Pages know their visitors by a cookie, and add
    /// an authentication of their own.</param>
    public static WebApplicationBuilder AddServiceDefaults(
        this WebApplicationBuilder builder, string service, bool takesTokens = true)
    {
        builder.Services.AddSingleton(new ServiceName(service));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddLogLines();
        builder.AddTelemetry(service);
        builder.AddEndpoints(service);
        builder.Services.AddProblems();
        builder.Services.ConfigureHttpJsonOptions(json => StrictJson.Apply(json.SerializerOptions));
        builder.Services.AddOptions<TesseraOptions>().Bind(builder.Configuration.GetSection(TesseraOptions.Section))
            .ValidateKeys(TesseraOptions.Section).ValidateOnStart();
        builder.Services.AddOptions<ShopOptions>().Bind(builder.Configuration.GetSection(ShopOptions.Section))
            .ValidateKeys(ShopOptions.Section).ValidateOnStart();
        if (takesTokens)
        {
            builder.Services.AddHttpClient(UsersKeySource.ClientName)
                .ConfigureForService(ServiceAddresses.Of(builder.Configuration, "users"));
            builder.Services.AddTokenAuthentication();
        }
        builder.Services.AddHealth();
        builder.Services.AddHostedService<ProcessGauges>();
        builder.AddStopping();
        builder.Services.AddOpenApiDefaults(service);
        builder.Services.AddHostedService<AnnounceReady>();
        return builder;
    }

    /// <summary>Sets up the request pipeline and maps health, OpenAPI and Scalar. Map the service's
    /// own routes after it.</summary>
    /// <param name="described">Whether there is something to describe: the gateway has no operations.</param>
    /// <param name="afterToken">What comes when it is known who calls, and not yet whether he may.</param>
    public static WebApplication MapDefaultEndpoints(
        this WebApplication app, bool described = true, Action<IApplicationBuilder>? afterToken = null)
    {
        var service = app.Services.GetRequiredService<ServiceName>().Value;
        app.UseMiddleware<LeaveConnection>();
        app.UseMiddleware<RefuseOtherStores>();
        app.UseMiddleware<TakeGatewayPrefix>();
        app.UseMiddleware<LimitHeaders>();
        if (described) app.UseMiddleware<NoticeEmptyBody>(); // Before anything stands around the body.
        app.Use(CancellableBody.InvokeAsync);
        app.UseRouting(); // Before the limit, which is another one for some operations.
        app.UseMiddleware<LimitBody>(); // Outside of the errors' answers: it takes in the rest of a body after them.
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<AnswerHead>();
        app.UseRouting(); // Again, for a HEAD that became a GET.
        app.UseMiddleware<CheckText>();
        app.UseAuthentication();
        afterToken?.Invoke(app);
        app.UseAuthorization();
        app.UseMiddleware<DenyUndeclared>();
        if (described) app.UseMiddleware<CheckScope>(); // The gateway knows roles; scopes stand beside the operations.
        app.UseMiddleware<CheckConditions>();
        app.MapHealth();
        app.MapMetrics();
        app.MapStopping(service);
        if (described) app.MapOpenApiDefaults(service);
        foreach (var more in app.Services.GetServices<IDefaultEndpoints>()) more.Map(app);
        return app;
    }

    /// <summary>Runs until stopped. What prevents the start is one line in the log and an exit code
    /// (<see cref="ServiceExit"/>), not a stack trace.</summary>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        await using var running = app; // Its end flushes the log, so what is to be told is told before.
        try
        {
            if (DescribeService.FileOf(app) is { } file)
            {
                await DescribeService.WriteAsync(app, file);
                return 0;
            }
            if (app.Services.GetRequiredService<IOptions<TesseraOptions>>().Value.Migrate == SchemaChange.Only)
                return await MigrateAndEnd.RunAsync(app);
            // Not RunAsync, which has disposed the application by the time its failure can be caught.
            await app.StartAsync();
        }
        catch (Exception refused)
        {
            AnnounceReady.Refused(app.Logger, refused);
            return ServiceExit.CodeOf(refused);
        }
        ServiceStart.IsOver();
        await app.WaitForShutdownAsync();
        return Environment.ExitCode; // A background part that stopped the host has set it.
    }

    private static void AddEndpoints(this WebApplicationBuilder builder, string service)
    {
        var listen = ListenOptions.Read(builder.Configuration, service);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            listen.Apply(kestrel);
            ApplyLimits(kestrel);
        });
    }

    private static void ApplyLimits(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = 1024 * 1024;
        limits.MaxRequestHeadersTotalSize = LimitHeaders.KestrelSizeBytesMax;
        limits.Http2.MaxRequestHeaderFieldSize = LimitHeaders.KestrelSizeBytesMax;
        limits.MaxRequestHeaderCount = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MaxConcurrentConnections = 10_000;
        // The gateway sends all its requests over few connections, and each follower of an order keeps one open.
        limits.Http2.MaxStreamsPerConnection = 20_000;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
    }
}

internal sealed record ServiceName(string Value);
