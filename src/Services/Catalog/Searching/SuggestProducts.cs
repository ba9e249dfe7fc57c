using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

/// <summary>What fits best to what somebody has typed so far. Nothing before there are two letters.</summary>
internal static class SuggestProducts
{
    private const int LettersMin = 2;

    public static async Task<Ok<SuggestionsView>> Handle(
        [StringLength(200)] string search, ProductSearch products, CancellationToken stop, [Range(1, 20)] int size = 6)
    {
        var filter = new ProductFilter(search, null, null, null);
        if (!filter.HasWords || filter.Words[0].Length < LettersMin) return TypedResults.Ok(new SuggestionsView([]));
        var found = await products.FindAsync(filter, ProductOrder.Of("relevance", hasWords: true), null, size, stop);
        return TypedResults.Ok(new SuggestionsView(
            [.. found.Select(each => new SuggestionView(each.Product.Sku, each.Product.Name))]));
    }
}
