using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

/// <summary>Whichever comes first, the capture or the cancellation: in the end nothing captured is kept.</summary>
internal sealed class CancelPaymentOnOrderCancelled(
    PaymentStore payments, IOptions<ShopOptions> shop, TimeProvider clock)
    : IHandle<OrderCancelled>, IPrefetch<OrderCancelled>
{
    public Task PrefetchAsync(IReadOnlyList<OrderCancelled> messages, CancellationToken stop)
    {
        foreach (var message in messages) payments.Expect(message.Order);
        return Task.CompletedTask;
    }

    public async Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        // An order that was cancelled before its payment was asked for leaves a mark, so that a request that comes late
        // captures nothing.
        var payment = await payments.FindAsync(message.Order, stop) ?? new Payment
        {
            Id = Guid.CreateVersion7(now),
            Order = message.Order,
            Buyer = message.Buyer,
            AmountMinor = 0,
            Currency = shop.Value.Currency,
            RequestedAt = now,
            State = PaymentState.None,
        };
        payments.Save(payment, payment.Cancel(now));
    }
}
