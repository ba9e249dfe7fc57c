using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Moving;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging;

/// <summary>Adds the library to a service.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds the messaging core for one service. <paramref name="service"/> is its name (lower case): the name of its
    /// stream and of its subscriptions. A store and a transport are added by their own packages' <c>Use…</c> methods.
    /// </summary>
    public static IServiceCollection AddMessaging(
        this IServiceCollection services, string service, Action<MessagingBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        MessageRegistry.RefuseReserved(service);
        var registry = new MessageRegistry { Service = service, Source = "/tessera/" + service };
        services.AddSingleton(
            provider => registry.Apply(provider.GetRequiredService<IOptions<MessagingOptions>>().Value));
        AddOptions<MessagingOptions>(services, MessagingOptions.Section);
        AddOptions<OutboxOptions>(services, OutboxOptions.Section);
        AddOptions<ConsumeOptions>(services, ConsumeOptions.Section);
        AddOptions<InboxOptions>(services, InboxOptions.Section);
        AddOptions<TimersOptions>(services, TimersOptions.Section);
        AddOptions<GroupCommitOptions>(services, GroupCommitOptions.Section);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<MessagingSystem>();
        services.AddSingleton<EventSerializer>();
        services.AddScoped(scope => new UnitOfWork(
            scope.GetRequiredService<IMessageStore>(),
            scope.GetRequiredService<EventSerializer>(),
            scope.GetRequiredService<OutboxSignal>()));
        AddEngine(services);
        configure(new MessagingBuilder(services, registry));
        return services;
    }

    private static void AddEngine(IServiceCollection services)
    {
        services.AddSingleton<Checkpoints>();
        services.AddSingleton<MessagingHealth>();
        services.AddSingleton<HandlerTable>();
        services.AddSingleton<HandlerCheck>();
        services.AddSingleton<UnlistedTypes>();
        services.AddSingleton<BatchExecutor>();
        services.AddSingleton<ConsumePipeline>();
        services.AddSingleton<Brokers>();
        services.AddSingleton<ShardBrokerTable>();
        services.AddSingleton<OutboxRoute>();
        services.AddSingleton<MoveGate>();
        services.AddSingleton<RefusedKeys>();
        services.AddSingleton<Supervisor>();
        services.AddSingleton<MessagingLoops>();
        services.AddSingleton<StoreGauges>();
        services.AddSingleton<SubscriptionGauges>();
        services.AddSingleton(provider => new Broadcast(
            provider.GetRequiredService<ITransport>(), provider.GetRequiredService<MessageRegistry>()));
        services.AddSingleton(provider => new ParkedMessages(
            provider.GetRequiredService<IMessageStore>(),
            provider.GetRequiredService<MessageRegistry>(),
            provider.GetRequiredService<OutboxSignal>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ParkedCauses(provider.GetRequiredService<IDatabase>()));
        services.AddSingleton(provider => new WaitingOfKey(
            provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<MessageRegistry>()));
        services.AddSingleton(provider => new GroupCommit(
            provider.GetRequiredService<IMessageStore>(),
            provider.GetRequiredService<IServiceScopeFactory>(),
            provider.GetRequiredService<IOptions<GroupCommitOptions>>()));
        services.AddHostedService<MessagingHost>();
    }

    private static void AddOptions<TOptions>(IServiceCollection services, string section) where TOptions : class
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateKeys(section).ValidateOnStart();
    }
}
