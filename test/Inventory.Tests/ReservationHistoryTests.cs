using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.Messaging.Store;
using Tessera.Testing;

namespace Tessera.Inventory.Tests;

/// <summary>What an operator reads of the stock that an order held.</summary>
public sealed class ReservationHistoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_when_stock_was_held_when_it_left_and_when_it_came_back(bool onPostgres)
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres, ("A", 5));
        var order = Guid.NewGuid();
        var start = inventory.Service.Clock.GetUtcNow();
        await inventory.PlaceAsync(order, ("A", 2));
        var held = await HistoryAsync(inventory, order);
        Assert.Equal(("Held", start + new InventoryOptions().ReservationTime), (held!.State, held.ExpiresAt));
        Assert.Equal([new ReservedLineView("A", 2)], held.Lines);
        inventory.Service.Clock.Advance(TimeSpan.FromSeconds(1));
        await inventory.ConfirmAsync(order);
        inventory.Service.Clock.Advance(TimeSpan.FromSeconds(1));
        await inventory.CancelAsync(order);

        var history = await HistoryAsync(inventory, order);

        Assert.Equal(
            [
                new(start, "Held", null, StockReserved.EventType),
                new(start.AddSeconds(1), "Committed", null, StockCommitted.EventType),
                new(start.AddSeconds(2), "Released", "cancelled", StockReleased.EventType),
            ],
            history!.Steps);
        Assert.Null(history.ExpiresAt);
    }

    [Fact]
    public async Task Tells_what_was_short()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 1));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 3));
        var step = Assert.Single((await HistoryAsync(inventory, order))!.Steps);
        Assert.Equal(
            ("Refused", "A: 3 wanted, 1 there", StockRefused.EventType), (step.State, step.Because, step.Announced));
        Assert.Null(await HistoryAsync(inventory, Guid.NewGuid()));
    }

    [Fact]
    public async Task Of_a_reservation_from_before_times_were_kept_it_tells_the_last_step()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2));
        await inventory.ExpireAsync(order);
        await inventory.Service.ExecuteAsync("update reservations set reserved_at = null, because = null");
        Assert.Equal("Released", Assert.Single((await HistoryAsync(inventory, order))!.Steps).State);
    }

    [Fact]
    public async Task Is_read_by_an_index_on_SQLite_too()
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres: false, ("A", 5));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2));
        Assert.Empty(await SqlitePlans.WalksAsync(
            inventory.Service.Get<IDatabase>(), () => HistoryAsync(inventory, order)));
    }

    private static async Task<ReservationHistoryView?> HistoryAsync(InventoryInMemory inventory, Guid order) =>
        ((await ReadReservation.Handle(order, inventory.Service.Get<IDatabase>(), default)).Result
            as Ok<ReservationHistoryView>)?.Value;
}
