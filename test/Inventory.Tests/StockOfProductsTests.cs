using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;

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
}
