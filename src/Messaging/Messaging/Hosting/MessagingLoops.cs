using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Leasing;
using Tessera.Messaging.Operating;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;

namespace Tessera.Messaging.Hosting;

/// <summary>One background loop with the name that health shows.</summary>
internal sealed record MessagingLoop(string Part, Func<CancellationToken, Task> RunAsync);

/// <summary>The background loops of one service with the leases they work under.</summary>
internal sealed class MessagingLoops(
    IServiceProvider services, MessageRegistry registry, IOptions<MessagingOptions> options)
{
    private readonly string _member =
        $"{registry.Service}-{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

    /// <summary>What needs only the database.</summary>
    public IEnumerable<MessagingLoop> OfStore()
    {
        var signal = services.GetRequiredService<OutboxSignal>();
        var leases = Leases("leases:chores", Chores.Group, Chores.Count, () =>
        {
            signal.WakeTimers();
            signal.WakeReplay();
        });
        yield return new("leases:chores", leases.RunAsync);
        yield return new(TimerLoop.Part, Create<TimerLoop>(leases).RunAsync);
        yield return new(ReplayLoop.Part, Create<ReplayLoop>(leases).RunAsync);
        yield return new(RetentionLoop.Part, Create<RetentionLoop>(leases).RunAsync);
        yield return new(StoreGauges.Part, services.GetRequiredService<StoreGauges>().RunAsync);
    }

    /// <summary>What asks the brokers.</summary>
    public IEnumerable<MessagingLoop> OfBrokers()
    {
        if (services.GetRequiredService<SubscriptionGauges>() is { IsNeeded: true } gauges)
            yield return new(SubscriptionGauges.Part, gauges.RunAsync);
    }

    /// <summary>What sends the outbox.</summary>
    public IEnumerable<MessagingLoop> OfRelay()
    {
        var signal = services.GetRequiredService<OutboxSignal>();
        var leases = Leases("leases:relay", "relay", registry.Partitions, signal.WakeRelay);
        yield return new("leases:relay", leases.RunAsync);
        yield return new("relay", Create<Relay>(leases).RunAsync);
    }

    private LeaseKeeper Leases(string part, string group, int slots, Action changed)
    {
        var health = services.GetRequiredService<MessagingHealth>();
        return new LeaseKeeper(
            services.GetRequiredService<IMessageStore>(),
            new LeaseGroup(group, _member, slots, options.Value.LeaseDuration),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<LeaseKeeper>>(),
            services.GetRequiredService<Checkpoints>())
        {
            Changed = changed,
            Renewed = failure =>
            {
                if (failure is null) health.Healthy(part);
                else health.Failing(part, failure.Message);
            },
        };
    }

    private T Create<T>(LeaseKeeper leases) => ActivatorUtilities.CreateInstance<T>(services, leases);
}
