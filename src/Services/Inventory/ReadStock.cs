using System.ComponentModel.DataAnnotations;
using System.Globalization;
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
    /// <param name="below">Products with fewer than this on hand, the fewest first.</param>
    public static async Task<Results<Ok<StockPage>, ProblemHttpResult>> List(
        StockReader stock, CancellationToken stop, Cursor? after = null, [Range(1, 100)] int size = 20,
        [StringLength(4000)] string? skus = null, [Range(1, 1_000_000)] int? below = null)
    {
        if (skus is not null && below is not null)
        {
            return TypedResults.Problem(
                "skus and below exclude each other: name products, or a number on hand.", statusCode: 400);
        }
        if (below is { } limit) return TypedResults.Ok(await stock.ListBelowAsync(limit, LowKey(after), size, stop));
        if (skus is null) return TypedResults.Ok(await stock.ListAsync(after?.Parts(1)[0], size, stop));
        var asked = skus.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(ProductCode.Canonical).Distinct(StringComparer.Ordinal).ToArray();
        return asked.Length is 0 or > SkusMax
            ? TypedResults.Problem(
                $"skus has {asked.Length} product codes: 1 to {SkusMax} are expected, separated by commas.",
                statusCode: 400)
            : TypedResults.Ok(await stock.ListAsync(asked, stop));
    }

    /// <summary>What came in of one product, newest first.</summary>
    public static async Task<Ok<StockReceiptPage>> Receipts(
        string sku, StockReader stock, CancellationToken stop, Cursor? before = null, [Range(1, 100)] int size = 20) =>
        TypedResults.Ok(await stock.ListReceiptsAsync(sku, before?.AsGuid(), size, stop));

    private static (long OnHand, string Sku)? LowKey(Cursor? after)
    {
        if (after is null) return null;
        var parts = after.Parts(2);
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var onHand)
            ? (onHand, parts[1])
            : throw Cursor.Foreign();
    }
}
