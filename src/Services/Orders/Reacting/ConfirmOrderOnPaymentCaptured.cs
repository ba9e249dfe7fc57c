using Tessera.Messaging;
using Tessera.Payments.Contracts;

namespace Tessera.Orders;

internal sealed class ConfirmOrderOnPaymentCaptured(OrderStore orders, OrderProgress progress)
    : OrderReaction<PaymentCaptured>(orders, progress)
{
    private readonly OrderProgress _progress = progress;

    public override async Task HandleAsync(PaymentCaptured message, MessageContext context, CancellationToken stop)
    {
        var order = await _progress.GetAsync(message.Order, stop);
        order.CheckCapture(message.AmountMinor, message.Currency);
        _progress.Apply(order, OrderInput.PaymentCaptured);
    }

    protected override Guid OrderOf(PaymentCaptured message) => message.Order;
}
