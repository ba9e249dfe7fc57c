using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging;

public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds the messaging core for one service. <paramref name="service"/> is its name (lower case): the name of its
    /// stream and of its subscriptions. A store and a transport are added by their own packages' <c>Use…</c> methods.
    /// </summary>
    public static IServiceCollection AddMessaging(
        this IServiceCollection services, string service, Action<MessagingBuilder> configure)
    {
        var registry = new MessageRegistry { Service = service, Source = "/tessera/" + service };
        services.AddSingleton(registry);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<EventSerializer>();
        services.AddScoped(scope => new UnitOfWork(
            scope.GetRequiredService<IMessageStore>(), scope.GetRequiredService<EventSerializer>(), scope.GetRequiredService<OutboxSignal>()));
        configure(new MessagingBuilder(services, registry));
        return services;
    }
}
