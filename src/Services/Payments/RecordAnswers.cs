using System.Diagnostics;
using Tessera.Messaging;

namespace Tessera.Payments;

/// <summary>Stores what the provider answered: states, bookings and news of many payments in one transaction.</summary>
internal sealed class RecordAnswers(IServiceScopeFactory scopes, TimeProvider clock)
{
    public async Task HandleAsync(IReadOnlyList<ProviderAnswer> answers, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var payments = scope.ServiceProvider.GetRequiredService<PaymentStore>();
        await work.BeginAsync(stop);
        foreach (var answer in answers) payments.Expect(answer.Claim.Order);
        foreach (var answer in answers)
        {
            var payment = await payments.FindAsync(answer.Claim.Order, stop)
                ?? throw new InvalidOperationException($"The payment of order {answer.Claim.Order} has vanished.");
            using var span = PaymentTraces.Continue(
                "record answer", ActivityKind.Internal, payment.TraceParent, payment.Order);
            payments.Save(payment,
                answer.Capture is { } capture ? payment.Answer(capture, clock.GetUtcNow()) : payment.Refunded());
        }
        await work.CommitAsync(stop);
    }
}
