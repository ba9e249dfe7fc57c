using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tessera.Inventory.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

/// <summary>Stock comes in. The same key again is the same receipt and the same answer.</summary>
internal static class ReceiveStock
{
    public static async Task<Results<Ok<StockView>, ProblemHttpResult>> One(
        string sku, ReceiveStockRequest request, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        Caller caller, ReceiptWriter receipts, CancellationToken stop)
    {
        if (!IdempotencyKey.IsUsable(idempotencyKey, out var refusal)) return Problem(400, refusal);
        if (!Skus.IsValid(sku))
        {
            return Problem(
                400, $"'{Skus.Shorten(sku)}' is no product code: letters, digits, '.', '_' and '-', at most 32.");
        }
        var lines = new[] { new ReceiptLine(sku, request.Quantity) };
        var receipt = new Receipt(caller.Id, idempotencyKey, IdempotencyKey.HashOf(lines));
        return await receipts.ReceiveAsync(receipt, lines, received => received[0], stop) is { } answer
            ? TypedResults.Ok(answer)
            : KeyUsed();
    }

    public static async Task<Results<Ok<ReceivedView>, ProblemHttpResult>> Many(
        ReceiveManyRequest request, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        Caller caller, ReceiptWriter receipts, CancellationToken stop)
    {
        if (!IdempotencyKey.IsUsable(idempotencyKey, out var refusal)) return Problem(400, refusal);
        var receipt = new Receipt(caller.Id, idempotencyKey, IdempotencyKey.HashOf(request.Lines));
        var quantity = request.Lines.Sum(line => (long)line.Quantity);
        var answer = await receipts.ReceiveAsync(
            receipt, request.Lines, received => new ReceivedView(received.Count, quantity), stop);
        return answer is null ? KeyUsed() : TypedResults.Ok(answer);
    }

    private static ProblemHttpResult KeyUsed() =>
        TypedResults.Problem(
            $"The {IdempotencyKey.Header} was used for another receipt before. Use a new one for each receipt.",
            statusCode: 422, extensions: IdempotencyKey.UsedCode);

    private static ProblemHttpResult Problem(int status, string detail) =>
        TypedResults.Problem(detail, statusCode: status);
}
