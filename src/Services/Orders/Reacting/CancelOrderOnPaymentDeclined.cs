using Tessera.Messaging;
using Tessera.Payments.Contracts;

namespace Tessera.Orders;

internal sealed class CancelOrderOnPaymentDeclined(OrderStore orders, OrderProgress progress)
    : OrderReaction<PaymentDeclined>(orders, progress)
{
    public override Task HandleAsync(PaymentDeclined message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.PaymentDeclined, stop);

    protected override Guid OrderOf(PaymentDeclined message) => message.Order;
}
