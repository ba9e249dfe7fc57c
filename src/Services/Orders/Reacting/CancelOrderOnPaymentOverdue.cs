using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class CancelOrderOnPaymentOverdue(OrderStore orders, OrderProgress progress)
    : OrderReaction<PaymentOverdue>(orders, progress)
{
    public override Task HandleAsync(PaymentOverdue message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.PaymentOverdue, stop);

    protected override Guid OrderOf(PaymentOverdue message) => message.Order;
}
