using System.Diagnostics;
using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Payments;

internal sealed class RequestPaymentOnPaymentRequested(PaymentStore payments, TimeProvider clock)
    : IHandle<PaymentRequested>, IPrefetch<PaymentRequested>
{
    public Task PrefetchAsync(IReadOnlyList<PaymentRequested> messages, CancellationToken stop)
    {
        foreach (var message in messages) payments.Expect(message.Order);
        return Task.CompletedTask;
    }

    public async Task HandleAsync(PaymentRequested message, MessageContext context, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var payment = await payments.FindAsync(message.Order, stop) ?? new Payment
        {
            Id = Guid.CreateVersion7(now),
            Order = message.Order,
            Buyer = message.Buyer,
            AmountMinor = message.AmountMinor,
            Currency = message.Currency,
            PaymentMethod = message.PaymentMethod,
            RequestedAt = now,
            TraceParent = Activity.Current?.Id,
            State = PaymentState.None,
        };
        payments.Save(payment, payment.Request(now));
    }
}
