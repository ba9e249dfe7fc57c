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

    /// <summary>What a token gets whose account went while the request was under way.</summary>
    public static ProblemHttpResult AccountErased() => TypedResults.Problem(
        "The account of this token was erased.", statusCode: StatusCodes.Status401Unauthorized);

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
        return await baskets.PutAsync(holder, sku, request.Quantity, request.SeenPriceMinor, stop) switch
        {
            PutOutcome.Full => TypedResults.Problem(
                $"A basket holds at most {BasketStore.LinesMax} different products.",
                statusCode: StatusCodes.Status422UnprocessableEntity),
            PutOutcome.Erased => AccountErased(),
            _ => TypedResults.Ok(await baskets.ReadAsync(holder, stop)),
        };
    }
}
