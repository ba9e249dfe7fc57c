using System.Text.Json;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>Orders as their buyers see them.</summary>
internal static class OrderViews
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string LinesText(IReadOnlyList<BasketLine> lines) => JsonSerializer.Serialize(lines, Json);

    public static IReadOnlyList<BasketLine> Lines(string text) =>
        JsonSerializer.Deserialize<BasketLine[]>(text, Json) ?? [];

    /// <summary>The answer to the placement, and to each retry of it, whatever became of the order since.</summary>
    public static OrderView AsPlaced(Order order, OrderTerms terms, Placement placement) => AsPlaced(new OrderView(
        order.Id, "", null, Lines(terms.Basket.Lines), order.TotalMinor, order.Currency, placement.Reference,
        order.PlacedAt, null, [], terms.Delivery, placement.Address, terms.Taxes));

    /// <inheritdoc cref="AsPlaced(Order, OrderTerms, Placement)"/>
    public static OrderView AsPlaced(OrderView now) => now with
    {
        State = nameof(OrderState.Placed),
        CancelReason = null,
        CancelWords = null,
        ConfirmedAt = null,
        History = [new(now.PlacedAt, nameof(OrderState.Placed), Order.PlacedBecause)],
    };

    public static string TaxesText(IReadOnlyList<TaxShare> taxes) => JsonSerializer.Serialize(taxes, Json);

    public static IReadOnlyList<TaxShare> Taxes(string? text) =>
        text is null ? [] : JsonSerializer.Deserialize<TaxShare[]>(text, Json) ?? [];

    public static IReadOnlyList<OrderLineView> Lines(IReadOnlyList<BasketLine> lines) =>
        [.. lines.Select(line => new OrderLineView(line.Sku, line.Name, line.Quantity, line.UnitPriceMinor))];
}
