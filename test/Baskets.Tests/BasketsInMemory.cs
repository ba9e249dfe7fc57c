using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Tessera.Baskets.Contracts;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;

namespace Tessera.Baskets.Tests;

/// <summary>Baskets step by step, each step a request of its own.</summary>
internal sealed class BasketsInMemory : IAsyncDisposable
{
    private readonly ServiceInMemory _service;

    private BasketsInMemory(ServiceInMemory service) => _service = service;

    public FakeTimeProvider Clock => _service.Clock;

    public static async Task<BasketsInMemory> StartAsync(bool onPostgres) => new(await ServiceInMemory.StartAsync(
        onPostgres, "baskets", typeof(BasketStore).Assembly, messages => messages.Handle<EraseBasketOnUserErased>(),
        (services, _) =>
        {
            services.AddScoped<BasketStore>();
            services.AddOptions<BasketOptions>();
            services.AddSingleton<PruneGuests>();
        }));

    public Task<BasketView> ReadAsync(Holder holder) => Ask(baskets => baskets.ReadAsync(holder, default));

    public async Task<(string Sku, int Quantity)[]> LinesAsync(Holder holder) =>
        [.. (await ReadAsync(holder)).Lines.Select(line => (line.Sku, line.Quantity))];

    public Task<PutOutcome> PutAsync(Holder holder, string sku, int quantity = 1, long seenPrice = 100) =>
        Ask(baskets => baskets.PutAsync(holder, sku, quantity, seenPrice, default));

    public Task<bool> MergeAsync(Holder from, Holder into) => Ask(baskets => baskets.MergeAsync(from, into, default));

    public Task EmptyAsync(Holder holder, Guid edition) =>
        Do(baskets => baskets.EmptyAsync(holder, edition, default));

    public Task TakeOrderedAsync(Holder holder, Guid edition, TakenLine[] lines) =>
        Do(baskets => baskets.TakeOrderedAsync(holder, edition, lines, default));

    public Task PruneAsync() => _service.Get<PruneGuests>().RoundAsync(default);

    public Task EraseAsync(Guid user) =>
        _service.HandleAsync<EraseBasketOnUserErased, UserErased>(new UserErased(user));

    public T Get<T>()
        where T : notnull => _service.Get<T>();

    public Task<long> NumberAsync(string sql) => _service.NumberAsync(sql);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private Task<T> Ask<T>(Func<BasketStore, Task<T>> act) =>
        _service.InRequestAsync(scope => act(scope.GetRequiredService<BasketStore>()));

    private Task<bool> Do(Func<BasketStore, Task> act) => Ask(async baskets =>
    {
        await act(baskets);
        return true;
    });
}
