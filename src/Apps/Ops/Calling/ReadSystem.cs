using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Calling;

/// <summary>How all services are, asked of them at once.</summary>
internal sealed class ReadSystem(Operator me, StoreClient store)
{
    /// <summary>The store's own services that keep data. Those in other languages are asked where they are.</summary>
    public static IReadOnlyList<string> Services => Shop.Interfaces;

    public static IReadOnlyList<string> Foreign { get; } = [.. Shop.Foreign.Select(service => service.Name)];

    /// <summary>Whether there can be such a service, in whatever language.</summary>
    public static bool IsKnown(string service) => Services.Contains(service) || Foreign.Contains(service);

    public async Task<SystemHealth?> HealthAsync(CancellationToken stop) =>
        await store.ReadAnywayAsync<SystemHealth>("/health", stop);

    /// <summary>Whether it is a service that the store is whole without, and was never there.</summary>
    public async Task<bool> IsNotStartedAsync(string service, CancellationToken stop) =>
        Foreign.Contains(service) && (await HealthAsync(stop))?.IsNotStarted(service) == true;

    /// <summary>Whether it takes another body for a parked message: ours do, others say so in their status.</summary>
    public async Task<bool> TakesChangesAsync(string service, CancellationToken stop) =>
        !Foreign.Contains(service)
        || await me.GetAsync<MessagingStatus>($"/services/{service}/messaging/status", stop)
            is { Value.Changes: true };

    /// <param name="health">What the gateway says, where that is asked anyway.</param>
    public Task<IReadOnlyList<(string Service, Told<MessagingStatus> Told)>> MessagingAsync(
        CancellationToken stop, Task<SystemHealth?>? health = null) =>
        OfEachAsync<MessagingStatus>("status", stop, health);

    public Task<IReadOnlyList<(string Service, Told<ParkedByCause> Told)>> CausesAsync(CancellationToken stop) =>
        OfEachAsync<ParkedByCause>("parked/causes", stop);

    public Task<IReadOnlyList<(string Service, Told<ParkedActs> Told)>> ActsAsync(CancellationToken stop) =>
        OfEachAsync<ParkedActs>("parked/acts", stop);

    private async Task<IReadOnlyList<(string Service, Told<T> Told)>> OfEachAsync<T>(
        string what, CancellationToken stop, Task<SystemHealth?>? health = null)
        where T : class
    {
        health ??= HealthAsync(stop);
        var own = Task.WhenAll(Services.Select(AskAsync));
        var started = (await health)?.StartedOf(Foreign) ?? [];
        var foreign = Task.WhenAll(started.Select(AskForeignAsync));
        return [.. await own, .. await foreign];

        async Task<(string Service, Told<T> Told)> AskAsync(string service) =>
            (service, await me.GetAsync<T>($"/services/{service}/messaging/{what}", stop));

        async Task<(string Service, Told<T> Told)> AskForeignAsync(string service)
        {
            try
            {
                return await AskAsync(service);
            }
            catch (TokenRefusedException)
            {
                // Were it the token's fault, the others would refuse it too.
                return (service, new Told<T>(null, "it refuses the console's token"));
            }
        }
    }
}
