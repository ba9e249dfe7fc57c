using Tessera.Messaging;
using Tessera.Payments.Contracts;

namespace Tessera.Orders;

internal sealed class NoteOnPaymentRefunded(OrderStore orders, OrderProgress progress)
    : OrderReaction<PaymentRefunded>(orders, progress)
{
    public override Task HandleAsync(PaymentRefunded message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.PaymentRefunded, stop);

    protected override Guid OrderOf(PaymentRefunded message) => message.Order;
}
