using Tessera.Messaging;

namespace Tessera.Payments;

/// <summary>The books in tables of their own on a server, so that a process there keeps no file and all replicas ask
/// one and the same provider. Their transactions are none of the service's: what is booked here stays, whatever becomes
/// of who asked.</summary>
internal sealed class ProviderTables(IServiceScopeFactory scopes) : IProviderRecord
{
    public Task<Charge> ChargeAsync(
        CaptureRequest request, string? declineReason, int failures, DateTimeOffset now, CancellationToken stop) =>
        InTransactionAsync(async work =>
        {
            var key = request.IdempotencyKey;
            var calls = (await work.QueryAsync(
                """
                insert into provider_calls as known (idempotency_key, calls) values ($1, 1)
                on conflict (idempotency_key) do update set calls = known.calls + 1 returning calls
                """,
                [key], row => row.GetInt32(0), stop))[0];
            if (calls <= failures)
            {
                await work.CommitAsync(stop);
                throw new PaymentProviderException("The provider is busy; try again.");
            }
            work.Enqueue(
                """
                insert into provider_charges (idempotency_key, amount_minor, currency, decline_reason, charged_at)
                values ($1, $2, $3, $4, $5) on conflict (idempotency_key) do nothing
                """,
                key, request.AmountMinor, request.Currency, declineReason, now);
            var (amount, reason) = (await work.QueryAsync(
                "select amount_minor, decline_reason from provider_charges where idempotency_key = $1",
                [key], row => (row.GetInt64(0), row.GetStringOrNull(1)), stop))[0];
            if (amount != request.AmountMinor)
                throw new PaymentProviderException($"The key {key} was used for {amount}, not {request.AmountMinor}.");
            await work.CommitAsync(stop);
            return new Charge(calls, reason);
        }, stop);

    public Task RefundAsync(RefundRequest request, DateTimeOffset now, CancellationToken stop) =>
        InTransactionAsync(async work =>
        {
            var charged = await work.QueryAsync(
                "select amount_minor from provider_charges where idempotency_key = $1 and decline_reason is null",
                [request.ChargeKey], row => row.GetInt64(0), stop);
            if (charged is not [var amount] || amount != request.AmountMinor)
                throw new PaymentProviderException($"There is no charge {request.ChargeKey} of {request.AmountMinor}.");
            work.Enqueue(
                """
                insert into provider_refunds (idempotency_key, charge_key, amount_minor, refunded_at)
                values ($1, $2, $3, $4) on conflict (idempotency_key) do nothing
                """,
                request.IdempotencyKey, request.ChargeKey, request.AmountMinor, now);
            await work.CommitAsync(stop);
            return true;
        }, stop);

    private async Task<T> InTransactionAsync<T>(Func<UnitOfWork, Task<T>> act, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        return await act(work);
    }
}
