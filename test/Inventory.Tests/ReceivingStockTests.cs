namespace Tessera.Inventory.Tests;

public sealed class ReceivingStockTests
{
    [Fact]
    public async Task The_same_receipt_twice_comes_in_once_and_answers_alike()
    {
        await using var inventory = await InventoryInMemory.StartAsync();
        var first = await inventory.ReceiveAsync("k", ("A", 5));
        await inventory.ReceiveAsync("other", ("A", 1));
        var again = await inventory.ReceiveAsync("k", ("A", 5));
        Assert.Equal(first, again);
        Assert.Equal((6, 0, 0, 6), await inventory.StockAsync("A"));
    }

    [Fact]
    public async Task Other_lines_under_the_same_key_are_refused()
    {
        await using var inventory = await InventoryInMemory.StartAsync();
        await inventory.ReceiveAsync("k", ("A", 5));
        Assert.Null(await inventory.ReceiveAsync("k", ("A", 6)));
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
    }

    [Fact]
    public async Task The_same_receipt_sent_many_times_at_once_comes_in_once()
    {
        await using var inventory = await InventoryInMemory.StartAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => inventory.ReceiveAsync("k", ("A", 5), ("B", 1), ("A", 2))));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal((7, 0, 0, 7), await inventory.StockAsync("A"));
        Assert.Equal((1, 0, 0, 1), await inventory.StockAsync("B"));
    }

    [Fact]
    public async Task A_product_that_is_added_has_an_empty_stock_and_keeps_the_one_it_has()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 5));
        await inventory.AddProductAsync("A");
        await inventory.AddProductAsync("B");
        Assert.Equal((5, 0, 0, 5), await inventory.StockAsync("A"));
        Assert.Equal((0, 0, 0, 0), await inventory.StockAsync("B"));
    }
}
