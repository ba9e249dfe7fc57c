using System.Net;
using System.Net.Http.Json;
using Tessera.Catalog.Contracts;
using Tessera.Testing.Services;

namespace Tessera.Catalog.Tests;

/// <summary>How people find products, whichever database keeps them.</summary>
public abstract class SearchTests(CatalogProcess catalog)
{
    [Fact]
    public async Task Finds_the_beginning_of_a_word_from_two_letters_on_and_no_letters_within_it()
    {
        await PutAsync("begin-1", "Quilted blanket");
        Assert.Equal(["BEGIN-1"], await SkusAsync("search=quil"));
        Assert.Equal(["BEGIN-1"], await SkusAsync("search=bla%20QU"));
        Assert.Empty(await SkusAsync("search=uilted"));
        Assert.Empty(await SkusAsync("search=q"));
    }

    [Theory]
    [InlineData("Caf\u00E9 filter", "acc-1")]
    [InlineData("Cafe\u0301 filter", "acc-2")]
    [InlineData("CAF\u00C9 filter", "acc-3")]
    public async Task Finds_a_name_however_its_accents_are_written(string name, string sku)
    {
        await PutAsync(sku, name, category: "Th\u00E9");
        foreach (var typed in new[] { "caf\u00E9", "cafe\u0301", "cafe", "CAFE\u0301", "CAF\u00C9" })
        {
            foreach (var category in new[] { "Th\u00E9", "The\u0301" })
            {
                var found = await SearchAsync(
                    $"search={Uri.EscapeDataString(typed)}%20{sku}&category={Uri.EscapeDataString(category)}");
                Assert.Equal(sku.ToUpperInvariant(), Assert.Single(found.Items).Sku);
            }
        }
    }

    [Fact]
    public async Task Puts_a_word_in_the_name_before_one_in_the_category_and_that_before_one_in_the_description()
    {
        await PutAsync("rank-1", "Plain thing", description: "Goes with a walnut");
        await PutAsync("rank-2", "Other thing", category: "walnut");
        await PutAsync("rank-3", "Bowl of walnut");
        Assert.Equal(["RANK-3", "RANK-2", "RANK-1"], await SkusAsync("search=walnut&sort=relevance"));
    }

    [Fact]
    public async Task Puts_the_shorter_of_two_names_with_the_word_first()
    {
        await PutAsync("short-1", "Marigold seeds for the garden in a bag");
        await PutAsync("short-2", "Marigold seeds");
        Assert.Equal(["SHORT-2", "SHORT-1"], await SkusAsync("search=marigold&sort=relevance"));
    }

    [Theory]
    [InlineData("name", "01,02,03,04,05,06,07")]
    [InlineData("price", "04,01,05,02,06,03,07")]
    [InlineData("price-desc", "07,03,06,02,05,01,04")]
    [InlineData("newest", "07,06,05,04,03,02,01")]
    [InlineData("relevance", "01,02,03,04,05,06,07")]
    public async Task Goes_from_page_to_page_in_each_order_whatever_comes_and_goes_in_between(
        string sort, string expected)
    {
        // None the beginning of another: the rows run in any order.
        var word = $"pager{sort.Replace("-", "", StringComparison.Ordinal)}only";
        for (var number = 1; number <= 7; number++)
            await PutAsync($"{word}-{number:00}", $"{word} {number:00}", category: word, price: 100 + number % 4 * 10);
        foreach (var list in new[] { $"search={word}", $"category={word}" })
        {
            if (sort == "relevance" && list.StartsWith("category", StringComparison.Ordinal)) continue;
            var found = new List<string>();
            string? next = null;
            do
            {
                var page = await SearchAsync($"{list}&sort={sort}&size=2{(next is null ? "" : $"&after={next}")}");
                Assert.Equal(7, page.Total);
                found.AddRange(page.Items.Select(product => product.Sku[^2..]));
                next = page.Next;
                await PutAsync($"other-{sort}-{found.Count}-{list[0]}", $"Unlike {Guid.NewGuid():N}");
            }
            while (next is not null);
            Assert.Equal(expected.Split(','), found);
        }
    }

    [Fact]
    public async Task Refuses_the_cursor_of_another_order()
    {
        await PutAsync("cursor-1", "Cursory one", price: 100);
        await PutAsync("cursor-2", "Cursory two", price: 200);
        var next = (await SearchAsync("search=cursory&sort=price&size=1")).Next;
        await RefusesAsync($"/products?search=cursory&sort=newest&after={next}");
        await RefusesAsync($"/products?search=cursory&sort=relevance&after={next}");
    }

    [Fact]
    public async Task Counts_each_kind_of_facet_without_its_own_choice()
    {
        foreach (var (sku, category, price) in new[] { ("1", "pots", 450), ("2", "pots", 1500), ("3", "pans", 1600) })
            await PutAsync($"facet-{sku}", "Facetted thing", category: category, price: price);
        var all = await SearchAsync("search=facetted&facets=true");
        Assert.Equal([new("pans", 1), new("pots", 2)], all.Facets!.Categories);
        Assert.Equal([new(0, 499, 1), new(1000, 1999, 2)], all.Facets.Prices);
        var chosen = await SearchAsync("search=facetted&facets=true&category=pots&minPriceMinor=1000&size=1");
        Assert.Equal((1, "FACET-2"), (chosen.Total, Assert.Single(chosen.Items).Sku));
        Assert.Equal([new("pans", 1), new("pots", 1)], chosen.Facets!.Categories);
        Assert.Equal([new(0, 499, 1), new(1000, 1999, 1)], chosen.Facets.Prices);
        Assert.Null((await SearchAsync("search=facetted")).Facets);
    }

    [Fact]
    public async Task Leaves_out_what_is_withdrawn_until_it_is_on_sale_again()
    {
        await PutAsync("back-1", "Returning kettle", category: "returning");
        using var gone = await catalog.SendAsync(HttpMethod.Delete, "/products/back-1", catalog.Operator, null);
        foreach (var list in new[] { "search=returning", "category=returning" })
        {
            var page = await SearchAsync(list + "&facets=true");
            Assert.Equal((0, 0), (page.Total, page.Items.Count));
            // The other categories, which are offered in place of the chosen one, may have products.
            Assert.DoesNotContain(page.Facets!.Categories, facet => facet.Category == "returning");
        }
        Assert.Empty(await SuggestAsync("returning"));
        await PutAsync("back-1", "Returning kettle", category: "returning");
        Assert.Equal(["BACK-1"], await SkusAsync("search=returning"));
    }

    [Fact]
    public async Task Finds_a_product_by_its_new_name_only()
    {
        await PutAsync("name-1", "Formerly this");
        await PutAsync("name-1", "Nowadays that");
        Assert.Empty(await SkusAsync("search=formerly"));
        Assert.Equal(["NAME-1"], await SkusAsync("search=nowadays"));
    }

    [Theory]
    [InlineData("hourglas", null)] // The beginning of a word.
    [InlineData("hourglss", "hourglass")]
    [InlineData("houorglass", "hourglass")]
    [InlineData("huorglass", "hourglass")]
    [InlineData("hourgloss", "hourglass")]
    [InlineData("hourgloss br\u00E1ss", "hourglass brass")]
    [InlineData("hxxrglass", null)]
    [InlineData("hourgloss unheardof", null)]
    public async Task Knows_a_word_by_one_wrong_letter(string typed, string? meant)
    {
        await PutAsync("guess-1", "Hourglass of brass");
        Assert.Equal(meant, (await SearchAsync("search=" + Uri.EscapeDataString(typed))).DidYouMean);
    }

    [Fact]
    public async Task Suggests_what_fits_best_while_somebody_types()
    {
        await PutAsync("suggest-1", "Ottoman footstool", description: "velvet");
        await PutAsync("suggest-2", "Velvet cushion");
        Assert.Equal(["Velvet cushion", "Ottoman footstool"], await SuggestAsync("velv"));
        Assert.Equal(["Velvet cushion"], await SuggestAsync("velv&size=1"));
        Assert.Empty(await SuggestAsync("v"));
        Assert.Empty(await SuggestAsync("%25"));
    }

    [Theory]
    [InlineData("/products?sort=colour")]
    [InlineData("/products?facets=maybe")]
    [InlineData("/products?size=0")]
    [InlineData("/products?minPriceMinor=-1")]
    [InlineData("/products/search/suggestions")]
    [InlineData("/products/search/suggestions?search=a&size=21")]
    public Task Refuses_what_it_cannot_read(string path) => RefusesAsync(path);

    [Theory]
    [InlineData("\"")]
    [InlineData("te\" OR \"x")]
    [InlineData("a* NEAR(b)")]
    [InlineData("'x':A | !y")]
    [InlineData("name:pot -tea ^b")]
    [InlineData("\\' & <->")]
    public async Task Takes_the_signs_of_a_query_language_for_what_they_are(string typed)
    {
        await PutAsync("signs-1", "Signpost");
        Assert.Empty(await SkusAsync("search=" + Uri.EscapeDataString(typed)));
    }

    private async Task RefusesAsync(string path)
    {
        using var response = await catalog.Client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    private async Task PutAsync(
        string sku, string name, string? description = null, string? category = null, long price = 250)
    {
        using var put = await catalog.SendAsync(
            HttpMethod.Put, $"/products/{sku}", catalog.Operator,
            new PutProductRequest(name, description, category, price));
        Assert.True(put.IsSuccessStatusCode);
    }

    private async Task<ProductPage> SearchAsync(string query) =>
        (await catalog.Client.GetFromJsonAsync<ProductPage>(
            "/products?" + query, TestContext.Current.CancellationToken))!;

    private async Task<string[]> SkusAsync(string query) =>
        [.. (await SearchAsync(query)).Items.Select(product => product.Sku)];

    private async Task<string[]> SuggestAsync(string search) =>
        [.. (await catalog.Client.GetFromJsonAsync<SuggestionsView>(
            "/products/search/suggestions?search=" + search, TestContext.Current.CancellationToken))!
            .Products.Select(product => product.Name)];
}
