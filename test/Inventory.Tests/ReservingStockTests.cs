using System.Text.Json;
using CsCheck;
using Tessera.Inventory.Contracts;

namespace Tessera.Inventory.Tests;

public sealed class ReservingStockTests
{
    private const string Reserved = "inventory.stock-reserved.v1";
    private const string Refused = "inventory.stock-refused.v1";
    private const string Released = "inventory.stock-released.v1";
    private const string Committed = "inventory.stock-committed.v1";

    [Fact]
    public async Task Holds_the_lines_of_an_order_and_starts_its_expiry()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5), ("B", 5));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2), ("B", 5));
        Assert.Equal((3, 2, 0, 5), await inventory.StockAsync("A"));
        Assert.Equal((0, 5, 0, 5), await inventory.StockAsync("B"));
        Assert.Equal([Reserved], await inventory.PublishedAsync(order));
        Assert.Equal([("ReservationOverdue", TimeSpan.FromMinutes(30))], await inventory.Service.TimersAsync(order));
    }

    [Fact]
    public async Task Refuses_the_whole_order_when_one_line_is_short_or_unknown()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5), ("B", 1));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2), ("B", 2), ("NEVER-HEARD-OF", 1));
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
        var refused = Assert.Single(await inventory.Service.PublishedAsync<StockRefused>());
        Assert.Equal([new ShortLine("B", 2, 1), new ShortLine("NEVER-HEARD-OF", 1, 0)], refused.ShortLines);
        Assert.Empty(await inventory.Service.TimersAsync(order));
    }

    [Fact]
    public async Task Orders_of_one_batch_share_what_is_there_and_no_more()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 3));
        var orders = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        await inventory.PlaceAsync([.. orders.Select(order => (order, new[] { ("A", 1) }))]);
        Assert.Equal((0, 3, 0, 3), await inventory.StockAsync("A"));
        Assert.Equal(3, (await inventory.Service.PublishedAsync<StockReserved>()).Length);
        Assert.Equal(
            orders[3..], (await inventory.Service.PublishedAsync<StockRefused>()).Select(refused => refused.Order));
    }

    [Fact]
    public async Task Commits_on_confirmation_and_stops_the_expiry()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2));
        await inventory.ConfirmAsync(order);
        Assert.Equal((3, 0, 2, 5), await inventory.StockAsync("A"));
        Assert.Equal([Reserved, Committed], await inventory.PublishedAsync(order));
        Assert.Empty(await inventory.Service.TimersAsync(order));
    }

    [Fact]
    public async Task Releases_what_was_held_and_takes_back_what_was_committed()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        var (held, committed) = (Guid.NewGuid(), Guid.NewGuid());
        await inventory.PlaceAsync((held, [("A", 2)]), (committed, [("A", 3)]));
        await inventory.ConfirmAsync(committed);
        await inventory.CancelAsync(held, committed);
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
        Assert.Equal([Reserved, Released], await inventory.PublishedAsync(held));
        Assert.Equal([Reserved, Committed, Released], await inventory.PublishedAsync(committed));
    }

    [Fact]
    public async Task A_reservation_that_expired_is_released_and_its_confirmation_then_commits_nothing()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2));
        await inventory.ExpireAsync(order);
        await inventory.ConfirmAsync(order);
        await inventory.CancelAsync(order); // Orders cancels when it hears of the release.
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
        Assert.Equal("expired", Assert.Single(await inventory.Service.PublishedAsync<StockReleased>()).Reason);
    }

    [Fact]
    public async Task An_expiry_after_the_confirmation_releases_nothing()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        var order = Guid.NewGuid();
        await inventory.PlaceAsync(order, ("A", 2));
        await inventory.ConfirmAsync(order);
        await inventory.ExpireAsync(order);
        Assert.Equal((3, 0, 2, 5), await inventory.StockAsync("A"));
    }

    [Fact]
    public async Task A_cancellation_that_comes_before_the_order_lets_it_hold_nothing()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        var order = Guid.NewGuid();
        await inventory.CancelAsync(order);
        await inventory.PlaceAsync(order, ("A", 2));
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
        Assert.Empty(await inventory.PublishedAsync(order));
    }

    [Fact]
    public async Task A_confirmation_of_an_order_never_heard_of_fails_loudly()
    {
        await using var inventory = await InventoryInMemory.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => inventory.ConfirmAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task Low_stock_is_told_once_when_the_level_is_crossed()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 13));
        foreach (var quantity in new[] { 2, 1, 1, 5 }) await inventory.PlaceAsync(Guid.NewGuid(), ("A", quantity));
        var low = Assert.Single(await inventory.Service.PublishedAsync<StockLow>());
        Assert.Equal(new StockLow("A", 10), low);
    }

    /// <summary>Placements, confirmations, cancellations, expiries and receipts in any sequence on
    /// the real store.</summary>
    [Fact]
    public async Task Any_sequence_keeps_the_stock_whole_in_the_database()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 4), ("B", 2));
        await Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[0, 2]).Array[1, 12].SampleAsync(
            async steps =>
            {
                var orders = Enumerable.Range(0, 4).Select(_ => Guid.NewGuid()).ToArray();
                var placed = new HashSet<Guid>();
                foreach (var (step, at, a, b) in steps)
                {
                    var order = orders[at];
                    switch (step)
                    {
                        case 0:
                            await inventory.PlaceAsync(order, b == 0 ? [("A", a)] : [("A", a), ("B", b)]);
                            placed.Add(order);
                            break;
                        case 1 when placed.Contains(order): await inventory.ConfirmAsync(order); break;
                        case 2: await inventory.CancelAsync(order); placed.Add(order); break;
                        case 3: await inventory.ExpireAsync(order); break;
                        case 4: await inventory.ReceiveAsync(Guid.NewGuid().ToString(), ("A", 1)); break;
                    }
                    await CheckAsync(inventory);
                }
            }, iter: 40, threads: 1);
    }

    private static async Task CheckAsync(InventoryInMemory inventory)
    {
        var reserved = await inventory.Service.QueryAsync("select state, lines from reservations",
            row => (State: row.GetString(0), Lines: JsonDocument.Parse(row.GetString(1)).RootElement));
        foreach (var sku in new[] { "A", "B" })
        {
            var (onHand, held, committed, received) = await inventory.StockAsync(sku);
            Assert.Equal(received, onHand + held + committed);
            Assert.Equal(held, Sum("Held", sku));
            Assert.Equal(committed, Sum("Committed", sku));
        }

        long Sum(string state, string sku) => reserved.Where(one => one.State == state)
            .SelectMany(one => one.Lines.EnumerateArray()).Where(line => line.GetProperty("sku").GetString() == sku)
            .Sum(line => line.GetProperty("quantity").GetInt64());
    }
}
