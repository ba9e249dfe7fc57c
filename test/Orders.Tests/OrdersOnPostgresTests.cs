using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;

namespace Tessera.Orders.Tests;

/// <summary>What only PostgreSQL can show: connections, locks, plans.</summary>
public sealed class OrdersOnPostgresTests
{
    [Fact]
    public async Task Two_hundred_requests_with_one_key_at_once_are_one_order_and_all_are_answered()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: true);
        var buyer = Guid.NewGuid();
        // Far more than there are connections: did one that lost keep its own while it asks for what
        // the winner has placed, all would wait for each other.
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => orders.PlaceOrFindAsync(buyer, "k")));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, await orders.Service.NumberAsync("select count(*) from orders"));
        Assert.Equal(1, await orders.Service.NumberAsync("select count(*) from order_history"));
    }

    [Fact]
    public async Task Prices_are_locked_in_one_order_by_whoever_learns_them()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: true);
        await using var other = await LockedBy.RunAsync(
            orders.Service.Get<IDatabase>(), "insert into prices values ('A', null, 100, false, 1)");
        var placing = orders.TryPlaceAsync(Guid.NewGuid(), learned: [Product("B"), Product("A")]);
        await other.IsWaitedForAsync();
        // B has not been locked before A.
        await other.RunAsync("insert into prices values ('B', null, 100, false, 1)");
        await other.DisposeAsync();
        Assert.NotNull(await placing);

        await using var another = await LockedBy.RunAsync(
            orders.Service.Get<IDatabase>(), "update prices set version = 2 where sku = 'A'");
        var hearing = orders.HearAsync<KeepPricesOnCatalogEvents, PriceChanged>(
            new PriceChanged("B", 300, 3), new PriceChanged("A", 300, 3));
        await another.IsWaitedForAsync();
        await another.RunAsync("update prices set version = 2 where sku = 'B'");
        await another.DisposeAsync();
        await hearing;
        Assert.Equal(600, await orders.Service.NumberAsync("select sum(price_minor) from prices"));
    }

    [Fact]
    public async Task Orders_of_buyers_who_are_erased_together_are_locked_in_one_order_also_those_that_have_ended()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: true);
        var (one, another) = (Guid.NewGuid(), Guid.NewGuid());
        var (ended, last) = await PlaceInTurnAsync(orders, one, another);
        await orders.HearAsync<CancelOrderOnStockRefused, StockRefused>(new StockRefused(ended, []));
        await EraseWhileLockedAsync<CancelOrdersOnUserErased, UserErased>(
            orders, ended, last, new(another), new(one));
        Assert.Equal(2, await orders.Service.NumberAsync("select count(*) from orders where request_hash = ''"));
        // And those that were being placed meanwhile.
        await orders.Service.ExecuteAsync("delete from erased_buyers");
        (var first, last) = await PlaceInTurnAsync(orders, one, another);
        await EraseWhileLockedAsync<CancelOrdersOnBuyerErased, BuyerErased>(
            orders, first, last, new(another), new(one));
        Assert.Equal(4, await orders.Service.NumberAsync("select count(*) from orders where state = 'Cancelled'"));
    }

    [Fact]
    public async Task Statements_of_the_flow_keep_to_their_indexes_over_tables_that_grew_from_empty()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: true);
        var tables = await GrownTables.EmptyAsync(orders.Service.Get<PostgresDatabase>().DataSource);
        for (var time = 0; time < 16; time++) await FlowAsync(orders); // Until each plan is made for good.
        await tables.RunAsync("""
            insert into orders select gen_random_uuid(), gen_random_uuid(), 'k', 'h', 'Placed', null, false, '[]', 1,
                'GBP', 'm', null, now(), null, 1 from generate_series(1, 30000);
            insert into order_history select id, 1, now(), 'Placed', 'b' from orders where request_hash = 'h'
                on conflict do nothing;
            insert into prices select 'P' || n, null, 1, false, 1 from generate_series(1, 30000) n;
            insert into msg_timers
                select 'StockOverdue', 'k' || n, gen_random_uuid(), now() + interval '1 day', null, ''
                from generate_series(1, 30000) n
            """);
        Assert.Empty(await tables.ReadByMoreThanAsync(200, () => FlowAsync(orders)));
    }

    [Fact]
    public async Task Whatever_operators_look_for_is_read_by_an_index()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: true);
        var tables = await GrownTables.EmptyAsync(orders.Service.Get<PostgresDatabase>().DataSource);
        await tables.RunAsync("""
            insert into orders select gen_random_uuid(), gen_random_uuid(), 'k', 'h', 'Confirmed', null, false, '[]', 1,
                'GBP', 'm', 'r' || n, now(), null, 1 from generate_series(1, 30000) n;
            insert into order_products select 'P' || (n % 10000), id
                from (select id, row_number() over () n from orders) as o;
            """);
        await orders.TryPlaceAsync(Guid.NewGuid(), reference: "rare");
        var placed = Assert.Single((await FindAsync(orders, new OrderFilter(Reference: "rare"))).Items);
        OrderFilter[] searches =
        [
            new(State: "Placed"), new(Reference: "rare"), new(Sku: "SKU-1"), new(Buyer: placed.Buyer),
            new(Buyer: placed.Buyer, State: "Placed"), new(Sku: "SKU-1", State: "Placed"),
            new(From: placed.PlacedAt, To: placed.PlacedAt.AddMilliseconds(1)), new(),
        ];
        foreach (var search in searches)
        {
            Assert.Empty(await tables.ReadByMoreThanAsync(400, () => FindAsync(orders, search)));
            if (search != new OrderFilter()) Assert.Single((await FindAsync(orders, search)).Items);
        }
        Assert.Empty((await FindAsync(orders, new(State: "StockReserved"))).Items);
    }

    [Fact]
    public async Task Of_the_changes_that_an_order_goes_through_one_writes_its_indexes_again()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: true);
        var tables = await GrownTables.EmptyAsync(orders.Service.Get<PostgresDatabase>().DataSource);
        Assert.Equal(1, await tables.IndexedAgainAsync("orders", () => FlowAsync(orders)));
    }

    private static async Task<(Guid First, Guid Second)> PlaceInTurnAsync(OrdersInMemory orders, Guid one, Guid another)
    {
        var first = await orders.PlaceAsync(one);
        orders.Service.Clock.Advance(TimeSpan.FromSeconds(1)); // Ids are in the order of time.
        return (first, await orders.PlaceAsync(another));
    }

    /// <summary>Whoever waits for the first order has not locked the second one.</summary>
    private static async Task EraseWhileLockedAsync<THandler, TErased>(
        OrdersInMemory orders, Guid first, Guid second, params TErased[] erased)
        where THandler : IHandle<TErased>
        where TErased : class
    {
        await using var other = await LockedBy.RunAsync(orders.Service.Get<IDatabase>(), Lock(first));
        var erasing = orders.HearAsync<THandler, TErased>(erased);
        await other.IsWaitedForAsync();
        await other.RunAsync(Lock(second));
        await other.DisposeAsync();
        await erasing;

        static string Lock(Guid order) => $"select 1 from orders where id = '{order}' for update";
    }

    private static Task<OrderPage> FindAsync(OrdersInMemory orders, OrderFilter filter) =>
        orders.Service.Get<PlacedOrders>().SearchAsync(filter, null, 20, default);

    private static async Task FlowAsync(OrdersInMemory orders)
    {
        var buyer = Guid.NewGuid();
        var order = (await orders.TryPlaceAsync(buyer, learned: [Product("A")]))!.Id;
        await orders.PlaceOrFindAsync(buyer, "k");
        await orders.Service.InRequestAsync(
            scope => scope.GetRequiredService<PriceList>().FindAsync(["A", "B"], default));
        await orders.HearAsync<KeepPricesOnCatalogEvents, PriceChanged>(new PriceChanged("A", 300, 2));
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(
            new StockReserved(order, orders.Service.Clock.GetUtcNow().AddMinutes(1)));
        await orders.HearAsync<ConfirmOrderOnPaymentCaptured, PaymentCaptured>(
            new PaymentCaptured(order, Guid.NewGuid(), 500, "GBP"));
        await orders.HearAsync<MarkOrderOnStockCommitted, StockCommitted>(new StockCommitted(order));
        await orders.ReadAsync(order);
        Assert.IsType<Ok<OrderHistoryView>>(
            (await ReadHistory.Handle(order, orders.Service.Get<IDatabase>(), default)).Result);
    }

    private static ProductView Product(string sku) => new(sku, sku, null, "things", 100, "GBP", false, 1);
}
