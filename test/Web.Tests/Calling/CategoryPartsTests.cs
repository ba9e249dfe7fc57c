using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Tests.Calling;

public sealed class CategoryPartsTests : IDisposable
{
    private const int All = 2 * CategoryParts.ProductsMax + 50;
    private readonly Pretended _store = new(Answer);
    private readonly HttpClient _http;
    private readonly CategoryParts _parts;

    public CategoryPartsTests()
    {
        _http = new HttpClient(_store) { BaseAddress = new Uri("http://store/") };
        _parts = new CategoryParts(new StoreClient(_http));
    }

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(50_000, 1)]
    [InlineData(50_001, 2)]
    [InlineData(All, 3)]
    public void Are_as_many_as_search_engines_take(int products, int parts) =>
        Assert.Equal(parts, CategoryParts.CountOf(new CategoryFacet("tea", products)));

    [Fact]
    public async Task Name_each_product_once_whichever_is_asked_for_first()
    {
        var last = await SkusAsync(3);
        Assert.Equal(50, last!.Count);
        Assert.Equal(1, await AskedForAsync(3)); // It is known by now where it begins.
        Assert.Equal(
            Enumerable.Range(0, All).Select(NameOf), [.. (await SkusAsync(1))!, .. (await SkusAsync(2))!, .. last]);
        Assert.Null(await SkusAsync(4));
    }

    private static string NameOf(int at) => $"P{at}";

    private static HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var query = QueryHelpers.ParseQuery(request.RequestUri!.Query);
        var (begin, size) = (Number(query, "after"), Number(query, "size"));
        var end = Math.Min(begin + size, All);
        return Pretended.Json(new ProductPage(
            [
                .. Enumerable.Range(begin, end - begin).Select(
                    at => new ProductView(NameOf(at), "Tea", null, "tea", 250, "GBP", false, 1)),
            ],
            end < All ? end.ToString(CultureInfo.InvariantCulture) : null, All));
    }

    private static int Number(Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query, string name) =>
        query.TryGetValue(name, out var text) ? int.Parse(text!, CultureInfo.InvariantCulture) : 0;

    private async Task<int> AskedForAsync(int part)
    {
        var before = _store.Asked.Count;
        await SkusAsync(part);
        return _store.Asked.Count - before;
    }

    private async Task<IReadOnlyList<string>?> SkusAsync(int part) =>
        (await _parts.SkusAsync("tea", part, TestContext.Current.CancellationToken)).Value;
}
