using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>What the world hears of orders.</summary>
internal sealed class QueueOrderWebhooks(QueueDeliveries queue)
    : IHandle<OrderPlaced>, IHandle<OrderConfirmed>, IHandle<OrderCancelled>, IHandle<OrderShipped>,
        IPrefetch<OrderPlaced>, IPrefetch<OrderConfirmed>, IPrefetch<OrderCancelled>, IPrefetch<OrderShipped>
{
    public Task PrefetchAsync(IReadOnlyList<OrderPlaced> messages, CancellationToken stop) =>
        Expect(PublicOrderPlaced.Type, messages.Select(message => message.Order));

    public Task PrefetchAsync(IReadOnlyList<OrderConfirmed> messages, CancellationToken stop) =>
        Expect(PublicOrderConfirmed.Type, messages.Select(message => message.Order));

    public Task PrefetchAsync(IReadOnlyList<OrderCancelled> messages, CancellationToken stop) =>
        Expect(PublicOrderCancelled.Type, messages.Select(message => message.Order));

    public Task PrefetchAsync(IReadOnlyList<OrderShipped> messages, CancellationToken stop) =>
        Expect(PublicOrderShipped.Type, messages.Select(message => message.Order));

    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken stop) => queue.ForAllAsync(
        context.Envelope, PublicOrderPlaced.Type,
        new PublicOrderPlaced(
            message.Order, message.Buyer,
            [.. message.Lines.Select(line => new PublicOrderLine(line.Sku, line.Quantity, line.UnitPriceMinor))],
            message.DeliveryMinor, message.TotalMinor, message.Currency, message.PlacedAt),
        stop);

    public Task HandleAsync(OrderConfirmed message, MessageContext context, CancellationToken stop) =>
        queue.ForAllAsync(
            context.Envelope, PublicOrderConfirmed.Type, new PublicOrderConfirmed(message.Order, message.Buyer), stop);

    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken stop) =>
        queue.ForAllAsync(
            context.Envelope, PublicOrderCancelled.Type,
            new PublicOrderCancelled(message.Order, message.Buyer, PublicReason(message.Reason)), stop);

    public Task HandleAsync(OrderShipped message, MessageContext context, CancellationToken stop) => queue.ForAllAsync(
        context.Envelope, PublicOrderShipped.Type, new PublicOrderShipped(message.Order, message.Buyer), stop);

    private Task Expect(string type, IEnumerable<Guid> orders)
    {
        foreach (var order in orders) queue.Expect(type, order.ToString());
        return Task.CompletedTask;
    }

    /// <summary>Which of our timers it was is nobody's business, and a reason of tomorrow must surprise nobody.
    /// </summary>
    internal static string PublicReason(string reason) => reason switch
    {
        CancelReasons.OutOfStock or CancelReasons.PaymentDeclined or CancelReasons.PaymentRefunded => reason,
        CancelReasons.Buyer => "customer",
        CancelReasons.Operator => "shop",
        CancelReasons.StockTimeout or CancelReasons.PaymentTimeout or CancelReasons.ReservationExpired => "timeout",
        CancelReasons.UserErased => "customer-erased",
        _ => "other",
    };
}
