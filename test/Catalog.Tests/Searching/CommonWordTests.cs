using System.Net.Http.Json;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog.Tests;

/// <summary>A shop of one kind of goods, whose word stands in every name.</summary>
public sealed class CommonWordTests(CatalogProcess catalog) : IClassFixture<CatalogProcess>
{
    [Fact]
    public async Task A_word_that_all_products_have_still_puts_the_best_first()
    {
        string[] names = ["Marigold seeds for the garden in a bag", "Marigold seeds in a bag", "Marigold seeds"];
        for (var number = 1; number <= names.Length; number++)
        {
            using var put = await catalog.SendAsync(
                HttpMethod.Put, $"/products/common-{number}", catalog.Operator,
                new PutProductRequest(names[number - 1], null, null, 250));
            Assert.True(put.IsSuccessStatusCode);
        }
        var found = await catalog.Client.GetFromJsonAsync<ProductPage>(
            "/products?search=marigold&sort=relevance", TestContext.Current.CancellationToken);
        Assert.Equal(["COMMON-3", "COMMON-2", "COMMON-1"], found!.Items.Select(product => product.Sku));
    }
}
