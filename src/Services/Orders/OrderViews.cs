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
    public static OrderView AsPlaced(Order order, IReadOnlyList<BasketLine> lines, string? reference) => new(
        order.Id, nameof(OrderState.Placed), null, Lines(lines), order.TotalMinor, order.Currency, reference,
        order.PlacedAt, null, [new(order.PlacedAt, nameof(OrderState.Placed), Order.PlacedBecause)]);

    public static IReadOnlyList<OrderLineView> Lines(IReadOnlyList<BasketLine> lines) =>
        [.. lines.Select(line => new OrderLineView(line.Sku, line.Name, line.Quantity, line.UnitPriceMinor))];
}
