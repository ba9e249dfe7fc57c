using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.Testing.Services;

namespace Tessera.Orders.Tests;

public sealed class PlacementTests
{
    [Fact]
    public async Task Stores_the_order_and_announces_it_in_one_transaction()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var buyer = Guid.NewGuid();
        var view = await orders.TryPlaceAsync(buyer, reference: "mine");
        var placed = Assert.Single(await orders.Service.PublishedAsync<OrderPlaced>());
        Assert.Equal((view!.Id, buyer, 500, "GBP"), (placed.Order, placed.Buyer, placed.TotalMinor, placed.Currency));
        Assert.Equal([new OrderedLine("SKU-1", 2, 250)], placed.Lines);
        Assert.Equivalent(view, await orders.ReadAsync(view.Id), strict: true);
    }

    [Fact]
    public async Task The_same_key_places_once_also_when_sent_many_times_at_once()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var buyer = Guid.NewGuid();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => orders.TryPlaceAsync(buyer)));
        Assert.Single(answers, answer => answer is not null);
        Assert.Single(await orders.Service.PublishedAsync<OrderPlaced>());
        Assert.Equal(1, await orders.Service.NumberAsync("select count(*) from order_history"));
    }

    [Fact]
    public async Task The_same_key_of_another_buyer_is_another_order()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        Assert.NotNull(await orders.TryPlaceAsync(Guid.NewGuid()));
        Assert.NotNull(await orders.TryPlaceAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task A_retry_is_answered_as_the_first_time_though_the_price_has_changed_since()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var (buyer, request) = (Guid.NewGuid(), new PlaceOrderRequest([new("A", 1)], ExpectedTotalMinor: 100));
        await orders.HearAsync<KeepPricesOnCatalogEvents, ProductAdded>(new ProductAdded("A", "A lantern", 100, 1));
        var first = Assert.IsType<Created<OrderView>>((await orders.PostAsync(buyer, request, "key-1")).Result);
        await orders.HearAsync<KeepPricesOnCatalogEvents, PriceChanged>(new PriceChanged("A", 200, 2));

        var again = Assert.IsType<Created<OrderView>>((await orders.PostAsync(buyer, request, "key-1")).Result);
        Assert.Equivalent(first.Value, again.Value, strict: true);
        var anew = Assert.IsType<ProblemHttpResult>((await orders.PostAsync(buyer, request, "key-2")).Result);
        Assert.Equal((409, 200L), (anew.StatusCode, anew.ProblemDetails.Extensions["totalMinor"]));
        Assert.Single(await orders.Service.PublishedAsync<OrderPlaced>());
    }

    [Fact]
    public async Task Orders_are_placed_in_the_currency_of_the_shop()
    {
        await using var orders = await OrdersInMemory.StartAsync(TestDatabase.IsPostgres, "JPY");
        await orders.HearAsync<KeepPricesOnCatalogEvents, ProductAdded>(new ProductAdded("A", "A lantern", 100, 1));
        var request = new PlaceOrderRequest([new("A", 1)], ExpectedTotalMinor: 100);
        var placed = Assert.IsType<Created<OrderView>>((await orders.PostAsync(Guid.NewGuid(), request, "k")).Result);
        Assert.Equal("JPY", placed.Value!.Currency);
        Assert.Equal("JPY", Assert.Single(await orders.Service.PublishedAsync<OrderPlaced>()).Currency);
        var dearer = request with { ExpectedTotalMinor = 99 };
        var refused = Assert.IsType<ProblemHttpResult>((await orders.PostAsync(Guid.NewGuid(), dearer, "k")).Result);
        Assert.Equal("JPY", refused.ProblemDetails.Extensions["currency"]);
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(3, 2, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 1, 2)]
    public async Task Prices_end_at_the_highest_version_in_whatever_order_they_are_heard(params int[] versions)
    {
        await using var orders = await OrdersInMemory.StartAsync();
        foreach (var version in versions)
        {
            switch (version)
            {
                case 1:
                    await orders.HearAsync<KeepPricesOnCatalogEvents, ProductAdded>(
                        new ProductAdded("A", "A lantern", 100, 1));
                    break;
                case 2:
                    await orders.HearAsync<KeepPricesOnCatalogEvents, PriceChanged>(new PriceChanged("A", 200, 2));
                    break;
                case 3:
                    await orders.HearAsync<KeepPricesOnCatalogEvents, PriceChanged>(new PriceChanged("A", 300, 3));
                    break;
            }
        }
        Assert.Equal(300, await orders.Service.NumberAsync("select price_minor from prices where sku = 'A'"));
    }

    [Fact]
    public async Task A_withdrawal_keeps_name_and_price_and_a_later_price_brings_the_product_back()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        await orders.HearAsync<KeepPricesOnCatalogEvents, ProductAdded>(new ProductAdded("A", "A lantern", 100, 1));
        await orders.HearAsync<KeepPricesOnCatalogEvents, ProductWithdrawn>(new ProductWithdrawn("A", 2));
        Assert.Equal(
            1, await orders.Service.NumberAsync("select count(*) from prices where withdrawn and price_minor = 100"));
        await orders.HearAsync<KeepPricesOnCatalogEvents, ProductAdded>(new ProductAdded("A", "A lamp", 150, 3));
        Assert.Equal(
            1, await orders.Service.NumberAsync("select count(*) from prices where not withdrawn and name = 'A lamp'"));
    }

    [Fact]
    public async Task Who_acted_for_the_buyer_stands_in_the_history()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var (buyer, actor) = (Guid.NewGuid(), Guid.NewGuid());
        var acted = (await orders.TryPlaceAsync(buyer, "acted", actor: actor))!.Id;
        var own = (await orders.TryPlaceAsync(buyer, "own"))!.Id;
        await orders.Service.InRequestAsync(async scope =>
        {
            var work = scope.GetRequiredService<UnitOfWork>();
            await work.BeginAsync(default);
            var order = await scope.GetRequiredService<OrderStore>().FindAsync(own, default);
            scope.GetRequiredService<OrderProgress>().Apply(order!, OrderInput.BuyerCancels, actor);
            await work.CommitAsync(default);
            return order;
        });
        Assert.Equal([actor], (await orders.ReadAsync(acted)).History.Select(entry => entry.Actor));
        Assert.Equal([null, actor], (await orders.ReadAsync(own)).History.Select(entry => entry.Actor));
    }
}
