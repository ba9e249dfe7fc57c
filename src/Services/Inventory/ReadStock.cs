using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

internal static class ReadStock
{
    public static async Task<Results<Ok<StockView>, ProblemHttpResult>> One(
        string sku, StockReader stock, CancellationToken stop) =>
        await stock.FindAsync(sku, stop) is { } found
            ? TypedResults.Ok(found)
            : TypedResults.Problem($"No stock is kept of '{Skus.Shorten(sku)}'.", statusCode: 404);

    public static async Task<Ok<StockPage>> List(
        StockReader stock, CancellationToken stop, Cursor? after = null, [Range(1, 100)] int size = 20) =>
        TypedResults.Ok(await stock.ListAsync(after?.Parts(1)[0], size, stop));
}
