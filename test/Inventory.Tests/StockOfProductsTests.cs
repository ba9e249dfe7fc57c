using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory.Tests;

/// <summary>The stock of several products at once.</summary>
public sealed class StockOfProductsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_of_those_that_are_kept_whatever_the_case_and_of_no_more_than_a_hundred(bool onPostgres)
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres);
        await inventory.AddProductAsync("A", "B", "C");
        await inventory.ReceiveAsync("k", ("A", 3), ("B", 4));
        var stock = inventory.Service.Get<StockReader>();

        var page = Assert.IsType<Ok<StockPage>>(
            (await ReadStock.List(stock, default, skus: "b,A,a,NONE")).Result).Value!;

        Assert.Equal([("A", 3L), ("B", 4L)], page.Items.Select(each => (each.Sku, each.OnHand)));
        Assert.Null(page.Next);
        var many = string.Join(',', Enumerable.Range(0, 101).Select(number => $"S{number}"));
        foreach (var wrong in new[] { many, ",," })
            Assert.IsType<ProblemHttpResult>((await ReadStock.List(stock, default, skus: wrong)).Result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_what_is_low_the_fewest_first_page_by_page(bool onPostgres)
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres);
        await inventory.AddProductAsync("NONE");
        await inventory.ReceiveAsync("k", ("MANY", 5), ("B", 2), ("A", 2), ("FOUR", 4));
        var stock = inventory.Service.Get<StockReader>();
        var seen = new List<string>();
        for (Cursor? after = null; ;)
        {
            var page = Assert.IsType<Ok<StockPage>>(
                (await ReadStock.List(stock, default, after, size: 1, below: 5)).Result).Value!;
            Assert.Equal(4, page.Total);
            seen.Add(Assert.Single(page.Items).Sku);
            if (page.Next is null) break;
            Assert.True(Cursor.TryParse(page.Next, null, out after));
        }
        Assert.Equal(["NONE", "A", "B", "FOUR"], seen);
        Assert.IsType<ProblemHttpResult>((await ReadStock.List(stock, default, skus: "A", below: 5)).Result);
        // What a page of the whole list gave says nothing here.
        var other = (await stock.ListAsync(after: null, size: 1, default)).Next;
        Assert.True(Cursor.TryParse(other, null, out var foreign));
        await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadStock.List(stock, default, foreign, below: 5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_what_came_in_of_a_product_newest_first_each_receipt_once(bool onPostgres)
    {
        await using var inventory = await InventoryInMemory.StartAsync(onPostgres);
        await inventory.ReceiveAsync("first", ("A", 3), ("B", 4), ("A", 1));
        inventory.Service.Clock.Advance(TimeSpan.FromSeconds(1));
        await inventory.ReceiveAsync("second", ("A", 7));
        await inventory.ReceiveAsync("second", ("A", 7)); // The client did not hear the answer.
        await inventory.ReceiveAsync("second", ("A", 8)); // Refused: the key is another receipt's.
        var stock = inventory.Service.Get<StockReader>();

        var newest = (await ReadStock.Receipts("A", stock, default, size: 1)).Value!;
        Assert.True(Cursor.TryParse(newest.Next, null, out var before));
        var oldest = (await ReadStock.Receipts("A", stock, default, before)).Value!;

        Assert.Equal(7, Assert.Single(newest.Items).Quantity);
        Assert.Equal(4, Assert.Single(oldest.Items).Quantity);
        Assert.Equal(TimeSpan.FromSeconds(1), newest.Items[0].ReceivedAt - oldest.Items[0].ReceivedAt);
        Assert.Null(oldest.Next);
    }
}
