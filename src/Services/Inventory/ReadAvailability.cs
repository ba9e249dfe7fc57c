using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

/// <summary>What anyone may know of the stock: whether there is any, and how many when only a few are left.</summary>
internal static class ReadAvailability
{
    private const int FewMax = 5;
    private const int SkusMax = 100;

    public static async Task<Results<Ok<AvailabilityView>, ProblemHttpResult>> Handle(
        [Required, StringLength(4000)] string skus, StockReader stock, CancellationToken stop)
    {
        var asked = skus.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(ProductCode.Canonical).Distinct(StringComparer.Ordinal).ToArray();
        if (asked.Length is 0 or > SkusMax)
        {
            return TypedResults.Problem(
                $"skus has {asked.Length} product codes: 1 to {SkusMax} are expected, separated by commas.",
                statusCode: StatusCodes.Status400BadRequest);
        }
        var onHand = await stock.OnHandAsync(asked, stop);
        return TypedResults.Ok(new AvailabilityView(
            [.. asked.Select(sku => View(sku, onHand.GetValueOrDefault(sku)))]));
    }

    private static AvailableView View(string sku, long left) =>
        new(sku, left > 0, left is > 0 and <= FewMax ? (int)left : null);
}
