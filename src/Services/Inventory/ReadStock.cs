using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

internal static class ReadStock
{
    private const int SkusMax = 100;

    public static async Task<Results<Ok<StockView>, ProblemHttpResult>> One(
        string sku, StockReader stock, CancellationToken stop) =>
        await stock.FindAsync(sku, stop) is { } found
            ? TypedResults.Ok(found)
            : TypedResults.Problem($"No stock is kept of '{Skus.Shorten(sku)}'.", statusCode: 404);

    /// <param name="skus">These products alone, separated by commas; of which no stock is kept, nothing is said.
    /// </param>
    public static async Task<Results<Ok<StockPage>, ProblemHttpResult>> List(
        StockReader stock, CancellationToken stop, Cursor? after = null, [Range(1, 100)] int size = 20,
        [StringLength(4000)] string? skus = null)
    {
        if (skus is null) return TypedResults.Ok(await stock.ListAsync(after?.Parts(1)[0], size, stop));
        var asked = skus.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(ProductCode.Canonical).Distinct(StringComparer.Ordinal).ToArray();
        return asked.Length is 0 or > SkusMax
            ? TypedResults.Problem(
                $"skus has {asked.Length} product codes: 1 to {SkusMax} are expected, separated by commas.",
                statusCode: 400)
            : TypedResults.Ok(await stock.ListAsync(asked, stop));
    }
}
