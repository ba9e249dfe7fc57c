using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Calling;

/// <summary>How all services are, asked of them at once.</summary>
internal sealed class ReadSystem(Operator me, StoreClient store)
{
    /// <summary>The services that keep data.</summary>
    public static IReadOnlyList<string> Services => Shop.Interfaces;

    public async Task<SystemHealth?> HealthAsync(CancellationToken stop) =>
        await store.ReadAnywayAsync<SystemHealth>("/health", stop);

    public Task<IReadOnlyList<(string Service, Told<MessagingStatus> Told)>> MessagingAsync(CancellationToken stop) =>
        OfEachAsync<MessagingStatus>("status", stop);

    public Task<IReadOnlyList<(string Service, Told<ParkedByCause> Told)>> CausesAsync(CancellationToken stop) =>
        OfEachAsync<ParkedByCause>("parked/causes", stop);

    public Task<IReadOnlyList<(string Service, Told<ParkedActs> Told)>> ActsAsync(CancellationToken stop) =>
        OfEachAsync<ParkedActs>("parked/acts", stop);

    private async Task<IReadOnlyList<(string Service, Told<T> Told)>> OfEachAsync<T>(
        string what, CancellationToken stop)
        where T : class => await Task.WhenAll(Services.Select(async service =>
            (service, await me.GetAsync<T>($"/services/{service}/messaging/{what}", stop))));
}
