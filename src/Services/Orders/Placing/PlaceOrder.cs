using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class PlaceOrder
{
    private const string PaymentMethodOtherwise = "tok_ok";

    public static async Task<Results<Created<OrderView>, ProblemHttpResult>> Handle(
        PlaceOrderRequest request, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, Buyer buyer,
        PriceBasket pricing, PlacedOrders placed, PlacementWriter writer, HttpContext http, CancellationToken stop)
    {
        if (!IdempotencyKey.IsUsable(idempotencyKey, out var refusal)) return Problem(400, refusal);
        request = request with { PaymentMethod = request.PaymentMethod ?? PaymentMethodOtherwise };
        var placement = new Placement(
            idempotencyKey, IdempotencyKey.HashOf(request), request.Reference, buyer.Actor, request.Address);
        var wanted = request.Lines.Select(line => new WantedLine(line.Sku, line.Quantity));
        if (!Basket.TryMerge(wanted, out var lines, out refusal)) return Problem(422, refusal);

        var pricingResult = await pricing.HandleAsync(
            lines, new WantedDelivery(request.Delivery, request.Address is not null), stop);
        if (pricingResult is PricingResult.Priced priced && priced.Costs(request.ExpectedTotalMinor))
        {
            var order = await writer.TryPlaceAsync(buyer.Id, priced, request.PaymentMethod, placement, stop);
            if (order is not null) return Answer(order);
            if (await placed.IsErasedAsync(buyer.Id, stop))
                return Problem(401, "The access token is refused: its account does not exist any more.");
        }
        // Placed before under this key: the first answer stands, also when the product has since been withdrawn.
        if (await placed.FindByKeyAsync(buyer.Id, placement.IdempotencyKey, stop) is { } earlier)
        {
            return earlier.RequestHash == placement.RequestHash
                ? Answer(earlier.View)
                : TypedResults.Problem(
                    $"The {IdempotencyKey.Header} was used for another order before. Use a new one for each order.",
                    statusCode: 422,
                    extensions: new Dictionary<string, object?>(IdempotencyKey.UsedCode)
                    {
                        ["order"] = earlier.View.Id,
                    });
        }
        OrderMetrics.Refused(RefusalReasons.Of(pricingResult));
        if (pricingResult is PricingResult.CatalogAway) http.Response.Headers.RetryAfter = "2";
        return Refuse(pricingResult);
    }

    private static Created<OrderView> Answer(OrderView order) => TypedResults.Created($"/orders/{order.Id}", order);

    private static ProblemHttpResult Refuse(PricingResult result) => result switch
    {
        PricingResult.NotForSale gone => TypedResults.Problem(
            $"Products that are {gone.Kind}: {string.Join(", ", gone.Skus)}. Nothing was ordered.",
            statusCode: 422,
            extensions: new Dictionary<string, object?> { ["skus"] = gone.Skus }),
        PricingResult.Refused refused => Problem(422, refused.Why),
        PricingResult.Priced { Terms: var now } => TypedResults.Problem(
            $"The order costs {now.TotalMinor} (minor units of {now.Currency}) now, not what was expected. " +
            "Nothing was ordered; show the new prices and ask again.",
            statusCode: 409,
            extensions: new Dictionary<string, object?>
            {
                ["lines"] = OrderViews.Lines(now.Basket.Lines),
                ["deliveryMinor"] = now.DeliveryMinor,
                ["totalMinor"] = now.TotalMinor,
                ["currency"] = now.Currency,
            }),
        _ => Problem(
            503, "Catalog is away and a product of the order has no known price yet. Nothing was ordered; try again."),
    };

    private static ProblemHttpResult Problem(int status, string detail) =>
        TypedResults.Problem(detail, statusCode: status);
}
