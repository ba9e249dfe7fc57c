using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>The only place that names databases and brokers: a service lists its messages, configuration
/// picks the rest.</summary>
public static class MessagingDefaultsExtensions
{
    /// <summary>Adds messaging for the service of this name. Its <c>Schema/*.sql</c> (embedded in the calling assembly)
    /// is applied before anything is handled; while the database is away, the service lives and is not ready.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // The calling assembly is the service's.
    public static WebApplicationBuilder AddMessagingDefaults(
        this WebApplicationBuilder builder, string service, Action<MessagingBuilder> configure) =>
        builder.AddMessagingDefaults(service, Assembly.GetCallingAssembly(), configure);

    /// <param name="schema">The assembly with the <c>Schema/*.sql</c>.</param>
    internal static WebApplicationBuilder AddMessagingDefaults(
        this WebApplicationBuilder builder, string service, Assembly schema, Action<MessagingBuilder> configure)
    {
        var backends = Backends.Read(builder.Configuration, service);
        builder.Services.AddSingleton(backends.Database);
        builder.Services.AddSingleton(new StartLock(backends.Database));
        builder.Services.AddSingleton<IPrepareDatabase>(services =>
            ActivatorUtilities.CreateInstance<ApplySchema>(services, schema));
        builder.Services.AddSingleton<IMigrateDatabase, MigrateServiceDatabase>();
        builder.Services.AddMessaging(service, messages =>
        {
            messages.SubscribedBy(Shop.SubscribersOf(service));
            configure(messages);
            backends.Apply(messages);
        });
        builder.Services.AddSingleton<ReadStatus>();
        builder.Services.AddHealthChecks().AddCheck<MessagingReady>("messaging", tags: [HealthEndpoints.ReadyTag]);
        builder.Services.AddSingleton<IDefaultEndpoints, MessagingEndpoints>();
        builder.Services.AddSingleton<IDescribeService, DescribeEvents>();
        builder.Services.AddExceptionHandler<AnswerStoreFailures>();
        builder.Services.AddSingleton<IStartupFilter, RefuseUntilPrepared>();
        return builder;
    }
}
