using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Store;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Inventory.Tests;

/// <summary>What only PostgreSQL can show: connections, locks, plans.</summary>
public sealed class InventoryOnPostgresTests
{
    [Fact]
    public async Task Two_hundred_receipts_with_one_key_at_once_come_in_once_and_all_are_answered()
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres: true);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => inventory.ReceiveAsync("k", ("B", 5), ("A", 1))));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("B"));
    }

    [Fact]
    public async Task Stock_rows_are_made_in_one_order_by_receipts_and_by_added_products()
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres: true);
        await using var other = await LockedBy.RunAsync(
            inventory.Service.Get<IDatabase>(), "insert into stock values ('A', 0, 0, 0, 0)");
        var adding = inventory.AddProductAsync("B", "A");
        var receiving = inventory.ReceiveAsync("k", ("B", 5), ("A", 5));
        await other.IsWaitedForAsync(by: 2);
        await other.RunAsync("insert into stock values ('B', 0, 0, 0, 0)"); // Neither has made it before A.
        await other.DisposeAsync();
        await Task.WhenAll(adding, receiving);
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("B"));
    }

    [Fact]
    public async Task A_receipt_makes_the_row_of_a_new_product_before_it_locks_those_that_are_there()
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres: true);
        await inventory.AddProductAsync("B");
        await using var other = await LockedBy.RunAsync(
            inventory.Service.Get<IDatabase>(), "insert into stock values ('A', 0, 0, 0, 0)");
        var receiving = inventory.ReceiveAsync("k", ("A", 5), ("B", 5));
        await other.IsWaitedForAsync();
        await other.RunAsync("update stock set on_hand = on_hand where sku = 'B'"); // Held, it would be a deadlock.
        await other.RunAsync("commit");
        await receiving;
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("B"));
    }

    [Fact]
    public async Task Statements_of_the_flow_keep_to_their_indexes_over_tables_that_grew_from_empty()
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres: true);
        var tables = await GrownTables.EmptyAsync(inventory.Service.Get<PostgresDatabase>().DataSource);
        for (var time = 0; time < 16; time++) await FlowAsync(inventory); // Until each plan is made for good.
        await tables.RunAsync("""
            insert into stock select 'P' || n, 1, 0, 0, 1 from generate_series(1, 30000) n;
            insert into reservations select gen_random_uuid(), 'Held', '[]', now(), now()
                from generate_series(1, 30000);
            insert into receipts select gen_random_uuid(), 'k', 'h', '', now() from generate_series(1, 30000);
            insert into msg_timers
                select 'ReservationOverdue', 'k' || n, gen_random_uuid(), now() + interval '1 day', null, ''
                from generate_series(1, 30000) n
            """);
        Assert.Empty(await tables.ReadByMoreThanAsync(200, () => FlowAsync(inventory)));
    }

    private static async Task FlowAsync(InventoryInMemory inventory)
    {
        var (kept, cancelled) = (Guid.NewGuid(), Guid.NewGuid());
        await inventory.AddProductAsync("A");
        var key = kept.ToString();
        await inventory.ReceiveAsync(key, ("A", 5), ("B", 5));
        await inventory.ReceiveAsync(key, ("A", 5), ("B", 5));
        (string, int)[] lines = [("A", 1), ("B", 1)];
        await inventory.PlaceAsync((kept, lines), (cancelled, lines));
        await inventory.ConfirmAsync(kept);
        await inventory.CancelAsync(cancelled);
        await inventory.ExpireAsync(cancelled);
        await inventory.StockAsync("A");
        Assert.IsType<Ok<ReservationHistoryView>>(
            (await ReadReservation.Handle(kept, inventory.Service.Get<IDatabase>(), default)).Result);
    }
}
