using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>The only place that names databases and brokers: a service lists its messages, configuration
/// picks the rest.</summary>
public static class MessagingDefaultsExtensions
{
    /// <summary>Adds messaging for the service of this name. Its <c>Schema/*.sql</c> (embedded in the calling assembly)
    /// is applied before anything starts.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // The calling assembly is the service's.
    public static WebApplicationBuilder AddMessagingDefaults(
        this WebApplicationBuilder builder, string service, Action<MessagingBuilder> configure)
    {
        var assembly = Assembly.GetCallingAssembly();
        var backends = Backends.Read(builder.Configuration, service);
        builder.Services.AddSingleton(backends.Database);
        builder.Services.AddHostedService(services => // First, so that its StartingAsync runs before messaging's.
            ActivatorUtilities.CreateInstance<ApplySchema>(services, assembly));
        builder.Services.AddMessaging(service, messages =>
        {
            messages.SubscribedBy(Shop.SubscribersOf(service));
            configure(messages);
            backends.Apply(messages);
        });
        builder.Services.AddSingleton<ReadStatus>();
        builder.Services.AddHealthChecks().AddCheck<MessagingReady>("messaging", tags: [HealthEndpoints.ReadyTag]);
        builder.Services.AddSingleton<IDefaultEndpoints, MessagingEndpoints>();
        builder.Services.AddExceptionHandler<AnswerStoreFailures>();
        return builder;
    }
}
