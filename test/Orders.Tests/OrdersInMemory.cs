using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;

namespace Tessera.Orders.Tests;

/// <summary>Orders step by step.</summary>
internal sealed class OrdersInMemory : IAsyncDisposable
{
    private OrdersInMemory(ServiceInMemory service) => Service = service;

    public ServiceInMemory Service { get; }

    public static Task<OrdersInMemory> StartAsync() => StartAsync(TestDatabase.IsPostgres);

    /// <param name="currency">What the shop's prices are in.</param>
    public static async Task<OrdersInMemory> StartAsync(
        bool onPostgres, string currency = "GBP") => new(await ServiceInMemory.StartAsync(
        onPostgres, "orders", typeof(Order).Assembly, messages => messages.ListMessages(),
        (services, _) =>
        {
            services.AddOrderRules();
            services.AddSingleton<ErasedSubjects>().AddSingleton<EndedSignIns>().AddSingleton<EndedTokens>();
            services.Configure<ShopOptions>(shop => shop.Currency = currency);
            services.AddSingleton(new CatalogClient(new HttpClient(), NullLogger<CatalogClient>.Instance));
        }));

    /// <summary>POST /orders, for products whose prices are known.</summary>
    public Task<Results<Created<OrderView>, ProblemHttpResult>> PostAsync(
        Guid buyer, PlaceOrderRequest request, string key) =>
        Service.InRequestAsync(scope => PlaceOrder.Handle(
            request, key, new Buyer(buyer), scope.GetRequiredService<PriceBasket>(),
            scope.GetRequiredService<PlacedOrders>(), scope.GetRequiredService<PlacementWriter>(),
            new DefaultHttpContext(), default));

    /// <summary>Places an order of one line as its request would, with the price known.</summary>
    public async Task<OrderView?> TryPlaceAsync(
        Guid buyer, string key = "k", string hash = "h", string? reference = null,
        IReadOnlyList<ProductView>? learned = null, Guid? actor = null, OrderTerms? terms = null,
        DeliveryAddress? address = null)
    {
        var priced = new PricingResult.Priced(terms ?? Some.Terms(), learned ?? []);
        return await Service.InRequestAsync(scope => scope.GetRequiredService<PlacementWriter>().TryPlaceAsync(
            buyer, priced, "tok_ok", new Placement(key, hash, reference, actor, address), default));
    }

    /// <summary>As a request does: places, or finds what was placed before under the key.</summary>
    public Task<Guid> PlaceOrFindAsync(Guid buyer, string key) => Service.InRequestAsync(async scope =>
    {
        var placed = await scope.GetRequiredService<PlacementWriter>().TryPlaceAsync(
            buyer, new PricingResult.Priced(Some.Terms(), []), "tok_ok", new Placement(key, "h", null), default);
        return placed?.Id
            ?? (await scope.GetRequiredService<PlacedOrders>().FindByKeyAsync(buyer, key, default))!.Value.View.Id;
    });

    public async Task<Guid> PlaceAsync(Guid? buyer = null) =>
        (await TryPlaceAsync(buyer ?? Guid.NewGuid(), Guid.NewGuid().ToString()))!.Id;

    /// <summary>Has the handler handle the events as one batch.</summary>
    public Task HearAsync<THandler, TEvent>(params TEvent[] events)
        where THandler : IHandle<TEvent>
        where TEvent : class => Service.HandleAsync<THandler, TEvent>(events);

    public async Task<OrderView> ReadAsync(Guid order) =>
        (await Service.Get<PlacedOrders>().FindAsync(order, default))!.View;

    public async Task<(string State, string? Reason)> StateAsync(Guid order)
    {
        var view = await ReadAsync(order);
        return (view.State, view.CancelReason);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
