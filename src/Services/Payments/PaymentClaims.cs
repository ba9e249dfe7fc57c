using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Payments;

/// <summary>Takes due payments for this process, for a time.</summary>
/// <remarks>
/// A claim is the due time moved ahead: no other worker sees the payment until then, and if this process dies
/// the payment comes back by itself. Should two workers hold one payment all the same (a process that was paused),
/// the provider's idempotency key makes it one charge, and the payment's table makes the second answer change nothing.
/// </remarks>
internal sealed class PaymentClaims(
    IServiceScopeFactory scopes, IDatabase database, IOptions<PaymentOptions> options, TimeProvider clock)
{
    /// <summary>How many attempts of a payment that failed are kept for operators to see.</summary>
    public const int TroublesMax = 20;

    private const int ReasonLengthMax = 500;

    /// <summary>The furthest that a due time is ever moved ahead.</summary>
    private readonly TimeSpan _aheadMax = options.Value.ClaimTime > options.Value.RetryDelayMax
        ? options.Value.ClaimTime : options.Value.RetryDelayMax;

    /// <summary>Cheap look, so that an idle worker writes nothing: how long until the next payment is due (not
    /// positive: now); null when none is.</summary>
    public async Task<TimeSpan?> NextDueInAsync(CancellationToken stop)
    {
        var ends = await database.QueryAsync(
            """
            select (select due_at from payments where due_at is not null order by due_at limit 1),
                (select due_at from payments where due_at is not null order by due_at desc limit 1)
            """,
            [], row => (First: row.GetTimeOrNull(0), Last: row.GetTimeOrNull(1)), stop);
        var now = clock.GetUtcNow();
        if (ends[0].Last > now + _aheadMax) return await TakeBackAsync(now, stop);
        return ends[0].First - now;
    }

    /// <summary>Due times further ahead than any claim were written before the clock was set back: the payments are
    /// due now.</summary>
    private async Task<TimeSpan> TakeBackAsync(DateTimeOffset now, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        work.Enqueue("update payments set due_at = $1 where due_at > $2", now, now + _aheadMax);
        await work.CommitAsync(stop);
        return TimeSpan.Zero;
    }

    public async Task<IReadOnlyList<PaymentClaim>> TakeAsync(int limit, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        var taken = await work.QueryAsync(
            $"""
            with due as materialized (
                select id from payments where due_at <= $1 order by due_at limit $2{database.ForUpdateSkipLocked()}
            )
            update payments set
                state = case when state = 'Requested' then 'Capturing' else state end,
                attempts = attempts + 1,
                asked_at = $1,
                due_at = $3
            where id in (select id from due)
            returning id, order_id, amount_minor, currency, payment_method, state, attempts, traceparent
            """,
            [now, limit, now + options.Value.ClaimTime],
            row => new PaymentClaim(
                row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetString(3), row.GetStringOrNull(4) ?? "",
                row.GetString(5) == nameof(PaymentState.Refunding), row.GetInt32(6), row.GetStringOrNull(7)),
            stop);
        await work.CommitAsync(stop);
        return taken;
    }

    /// <summary>The provider's answer is not known: ask again later. Nothing happens when another has claimed the
    /// payment since, or an answer has changed it: then the due time is no longer this claim's to move.</summary>
    /// <param name="reason">What went wrong, for operators.</param>
    public async Task PutOffAsync(PaymentClaim claim, TimeSpan delay, string reason, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        work.Enqueue(
            "update payments set due_at = $2 where id = $1 and attempts = $3 and state = $4 and due_at is not null",
            claim.Payment, now + delay, claim.Attempt,
            (claim.IsRefund ? PaymentState.Refunding : PaymentState.Capturing).ToString());
        NoteTrouble(work, claim, now, reason);
        await work.CommitAsync(stop);
    }

    /// <summary>A reason may quote what a provider has said, and PostgreSQL stores neither NUL nor half a letter: the
    /// payment would never be put off.</summary>
    private static string Storable(string reason)
    {
        var whole = reason.Replace('\0', '\uFFFD');
        if (whole.Length <= ReasonLengthMax) return whole;
        return whole[..(char.IsHighSurrogate(whole[ReasonLengthMax - 1]) ? ReasonLengthMax - 1 : ReasonLengthMax)];
    }

    /// <summary>A provider may be away for days: the last troubles are kept, not all.</summary>
    private static void NoteTrouble(UnitOfWork work, PaymentClaim claim, DateTimeOffset now, string reason)
    {
        work.Enqueue(
            """
            insert into payment_troubles (payment_id, at, is_refund, attempt, reason) values ($1, $2, $3, $4, $5)
            on conflict do nothing
            """,
            claim.Payment, now, claim.IsRefund, claim.Attempt, Storable(reason));
        work.Enqueue(
            """
            delete from payment_troubles where payment_id = $1 and at < (
                select at from payment_troubles where payment_id = $1 order by at desc limit 1 offset $2)
            """,
            claim.Payment, TroublesMax - 1);
    }
}

/// <param name="IsRefund">The money is to go back; else it is to be captured.</param>
/// <param name="Attempt">1 when the provider is asked for the first time.</param>
internal sealed record PaymentClaim(
    Guid Payment, Guid Order, long AmountMinor, string Currency, string PaymentMethod, bool IsRefund, int Attempt,
    string? TraceParent = null);
