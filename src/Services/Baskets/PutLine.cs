using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Baskets.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class PutLine
{
    private const int SkuLengthMax = 32;

    public static Task<Results<Ok<BasketView>, ProblemHttpResult>> Mine(
        string sku, PutLineRequest request, Buyer buyer, BasketStore baskets, CancellationToken stop) =>
        PutAsync(Holder.User(buyer.Id), sku, request, baskets, stop);

    public static Task<Results<Ok<BasketView>, ProblemHttpResult>> Guest(
        Guid id, string sku, PutLineRequest request, BasketStore baskets, CancellationToken stop) =>
        PutAsync(Holder.Guest(id), sku, request, baskets, stop);

    private static async Task<Results<Ok<BasketView>, ProblemHttpResult>> PutAsync(
        Holder holder, string sku, PutLineRequest request, BasketStore baskets, CancellationToken stop)
    {
        if (sku.Length > SkuLengthMax
            || !sku.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))
        {
            return TypedResults.Problem(
                $"A product code has at most {SkuLengthMax} letters, digits, dots, underscores and hyphens.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        if (!await baskets.TryPutAsync(holder, sku, request.Quantity, request.SeenPriceMinor, stop))
        {
            return TypedResults.Problem(
                $"A basket holds at most {BasketStore.LinesMax} different products.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        return TypedResults.Ok(await baskets.ReadAsync(holder, stop));
    }
}
