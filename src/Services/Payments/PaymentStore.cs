using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Payments.Contracts;

namespace Tessera.Payments;

/// <summary>The payments of one transaction, each locked from its first read until the commit.</summary>
internal sealed class PaymentStore(UnitOfWork work, IDatabase database, PaymentWake wake, TimeProvider clock)
{
    /// <summary>A condition: what stands for the card is here, and no answer is awaited with it.</summary>
    private const string IsToForget = "payment_method is not null and state not in ('Requested', 'Capturing')";

    private readonly HashSet<Guid> _expected = [];
    private readonly Dictionary<Guid, Payment> _loaded = [];
    private readonly HashSet<Guid> _stored = [];

    /// <summary>Announces orders whose payments will be asked for, so that all of a batch cost one round trip and are
    /// locked in one order.</summary>
    public void Expect(Guid order) => _expected.Add(order);

    /// <summary>The same for all payments that the erasure of these buyers will change. Looked up without a lock: one
    /// that comes meanwhile is locked with its buyer's.</summary>
    public async Task ExpectErasureAsync(IReadOnlyCollection<Guid> buyers, CancellationToken stop) =>
        _expected.UnionWith(await work.QueryAsync(
            $"select order_id from payments where {database.In("buyer", 1)} and {IsToForget}",
            [database.List(buyers)], row => row.GetGuid(0), stop));

    /// <summary>Forgets what stands for the buyer's card, at once, or, where the provider's answer is awaited with it,
    /// with that answer.</summary>
    public async Task ForgetAsync(Guid buyer, CancellationToken stop)
    {
        await LoadExpectedAsync(stop);
        work.Enqueue("insert into erased_buyers (buyer) values ($1) on conflict do nothing", buyer);
        work.Enqueue($"update payments set payment_method = null where buyer = $1 and {IsToForget}", buyer);
    }

    public async Task<Payment?> FindAsync(Guid order, CancellationToken stop)
    {
        if (_loaded.TryGetValue(order, out var known)) return known;
        _expected.Add(order);
        await LoadExpectedAsync(stop);
        return _loaded.GetValueOrDefault(order);
    }

    private async Task LoadExpectedAsync(CancellationToken stop)
    {
        _expected.ExceptWith(_loaded.Keys);
        if (_expected.Count == 0) return;
        var read = await work.QueryAsync(
            $"""
            select id, order_id, buyer, state, amount_minor, captured_minor, refunded_minor, currency, payment_method,
                decline_reason, cancel_requested, due_at, requested_at, traceparent
            from payments where {database.In("order_id", 1)} order by order_id{database.ForUpdate()}
            """,
            [database.List(_expected)], Read, stop);
        foreach (var payment in read)
        {
            _loaded.Add(payment.Order, payment);
            _stored.Add(payment.Order);
        }
        _expected.Clear();
    }

    /// <summary>Queues the payment as it now is, its bookings and its news.</summary>
    public void Save(Payment payment, PaymentOutcome outcome)
    {
        if (!outcome.IsChanged) return;
        _loaded.TryAdd(payment.Order, payment);
        if (_stored.Add(payment.Order)) Insert(payment);
        else Update(payment);
        foreach (var entry in outcome.Entries) Book(payment, entry);
        Announce(payment, outcome.News);
        Count(outcome.News, payment.Currency, payment.CapturedMinor, payment.RefundedMinor);
        if (payment.DueAt is not null) work.AfterCommit(wake.Wake);
    }

    private void Insert(Payment payment) => work.EnqueueInsert(
        """
        insert into payments (id, order_id, buyer, state, amount_minor, captured_minor, refunded_minor, currency,
            payment_method, cancel_requested, attempts, due_at, requested_at, traceparent)
        values ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, 0, $9, $10, $11)
        """,
        payment.Id, payment.Order, payment.Buyer, payment.State.ToString(), payment.AmountMinor, payment.Currency,
        payment.PaymentMethod, payment.CancelRequested, payment.DueAt, payment.RequestedAt, payment.TraceParent);

    private void Update(Payment payment) => work.EnqueueOne(
        """
        update payments set state = $2, captured_minor = $3, refunded_minor = $4, decline_reason = $5,
            cancel_requested = $6, due_at = $7, attempts = case when state = $2 then attempts else 0 end,
            changed_at = $8,
            cancelled_at = case
                when $6 or $2 in ('Refunding', 'Cancelled') then coalesce(cancelled_at, $8)
                else cancelled_at
            end,
            payment_method = case
                when $2 not in ('Requested', 'Capturing')
                    and exists (select 1 from erased_buyers where erased_buyers.buyer = payments.buyer) then null
                else payment_method
            end
        where id = $1
        """,
        payment.Id, payment.State.ToString(), payment.CapturedMinor, payment.RefundedMinor, payment.DeclineReason,
        payment.CancelRequested, payment.DueAt, clock.GetUtcNow());

    private void Book(Payment payment, LedgerEntry entry) => work.EnqueueInsert(
        "insert into ledger (payment_id, movement, account, amount_minor, booked_at) values ($1, $2, $3, $4, $5)",
        payment.Id, entry.Movement, entry.Account, entry.AmountMinor, clock.GetUtcNow());

    private void Announce(Payment payment, PaymentNews news)
    {
        switch (news)
        {
            case PaymentNews.Captured:
                work.Publish(new PaymentCaptured(payment.Order, payment.Id, payment.CapturedMinor, payment.Currency));
                break;
            case PaymentNews.Declined:
                work.Publish(new PaymentDeclined(payment.Order, payment.Id, payment.DeclineReason!));
                break;
            case PaymentNews.Refunded:
                work.Publish(new PaymentRefunded(payment.Order, payment.Id, payment.RefundedMinor, payment.Currency));
                break;
        }
    }

    private void Count(PaymentNews news, string currency, long capturedMinor, long refundedMinor)
    {
        switch (news)
        {
            case PaymentNews.Captured:
                work.AfterCommit(() => PaymentMetrics.Captured(currency, capturedMinor));
                break;
            case PaymentNews.Declined:
                work.AfterCommit(PaymentMetrics.Declined);
                break;
            case PaymentNews.Refunded:
                work.AfterCommit(() => PaymentMetrics.Refunded(currency, refundedMinor));
                break;
        }
    }

    private static Payment Read(StoreReader row) => new()
    {
        Id = row.GetGuid(0),
        Order = row.GetGuid(1),
        Buyer = row.GetGuid(2),
        State = Enum.Parse<PaymentState>(row.GetString(3)),
        AmountMinor = row.GetInt64(4),
        CapturedMinor = row.GetInt64(5),
        RefundedMinor = row.GetInt64(6),
        Currency = row.GetString(7),
        PaymentMethod = row.GetStringOrNull(8),
        DeclineReason = row.GetStringOrNull(9),
        CancelRequested = row.GetBoolean(10),
        DueAt = row.GetTimeOrNull(11),
        RequestedAt = row.GetTime(12),
        TraceParent = row.GetStringOrNull(13),
    };
}
