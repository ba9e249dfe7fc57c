using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;

namespace Tessera.Ops.Pages.Products;

/// <summary>What last moved of one product: receipts, and what its newest orders did with the stock.</summary>
public sealed record Movements(IReadOnlyList<Movement> Newest, string? Fault)
{
    private const int Orders = 10;
    private const int Receipts = 20;

    /// <summary>Made from what Inventory keeps of receipts and of each order; Orders tells which orders they are, by
    /// its index. An index of reservations by product would be written with each order.</summary>
    internal static async Task<Movements> ReadAsync(Operator me, string sku, CancellationToken stop)
    {
        var code = Uri.EscapeDataString(sku);
        var asked = me.GetAnswerAsync<StockReceiptPage>($"/stock/{code}/receipts?size={Receipts}", stop);
        var orders = await me.GetAnswerAsync<OrderPage>($"/orders?sku={code}&size={Orders}", stop);
        var histories = await Task.WhenAll((orders.Value?.Items ?? []).Select(order =>
            me.GetAnswerAsync<ReservationHistoryView>($"/stock/orders/{order.Id}/history", stop)));
        var receipts = await asked;
        var all = (receipts.Value?.Items ?? []).Select(Movement.Of)
            .Concat(histories.Where(each => each.Value is not null).SelectMany(each => Movement.Of(each.Value!, sku)))
            .OrderByDescending(movement => movement.At);
        var fault = !receipts.IsGood ? $"Inventory does not tell what came in: {receipts.Why()}"
            : !orders.IsGood ? $"Orders does not tell who ordered it: {orders.Why()}"
            : null;
        return new Movements([.. all], fault);
    }
}

/// <param name="Change">Of what is on hand; zero where it left the shelf before.</param>
/// <param name="Order">Whose order moved it; null for a receipt.</param>
/// <param name="By">The operator who booked a receipt.</param>
public sealed record Movement(DateTimeOffset At, string What, long Change, Guid? Order, Guid? By)
{
    internal static Movement Of(StockReceiptView receipt) =>
        new(receipt.ReceivedAt, "received", receipt.Quantity, null, receipt.Operator);

    internal static IEnumerable<Movement> Of(ReservationHistoryView order, string sku)
    {
        var quantity = order.Lines.Where(line => line.Sku == sku).Sum(line => (long)line.Quantity);
        foreach (var step in order.Steps)
        {
            var (what, change) = step.State switch
            {
                "Held" => ("held", -quantity),
                "Committed" => ("sold", 0),
                "Released" => ("given back", quantity),
                _ => ("not held: " + (step.Because ?? step.State), 0L),
            };
            yield return new Movement(step.At, what, change, order.Order, null);
        }
    }
}
