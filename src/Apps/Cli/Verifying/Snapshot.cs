namespace Tessera.Cli.Verifying;

internal sealed record LineRow(string Sku, int Quantity);

internal sealed record OrderRow(
    Guid Id, string State, string? CancelReason, bool StockCommitted, long TotalMinor, IReadOnlyList<LineRow> Lines)
{
    public bool IsOpen => State is "Placed" or "StockReserved";

    public bool IsKept => State is "Confirmed" or "Shipped";
}

internal sealed record ReservationRow(Guid Order, string State, IReadOnlyList<LineRow> Lines);

internal sealed record StockRow(string Sku, long OnHand, long Held, long Committed, long Received);

internal sealed record PaymentRow(
    Guid Id, Guid Order, string State, long AmountMinor, long CapturedMinor, long RefundedMinor)
{
    public bool IsMoving => State is "Requested" or "Capturing" or "Refunding";
}

internal sealed record LedgerRow(Guid Payment, string Movement, string Account, long AmountMinor);

/// <param name="Order">Whose charge it is, or is paid back.</param>
internal sealed record ProviderRow(string Order, string Kind, long AmountMinor, bool Declined);

/// <summary>One service's part in messaging.</summary>
internal sealed record MessagingRow(
    string Service, long Outbox, long HeldKeys, long Parked, IReadOnlySet<Guid> ParkedIds);

/// <summary>What one subscriber has not read of a stream, or did not handle of what it has read.</summary>
/// <param name="Logged">Events that the broker still keeps and the subscriber has read.</param>
/// <param name="Lost">Read, but neither handled nor parked.</param>
internal sealed record SubscriptionRow(
    string Stream, string Subscriber, long Unread, long Logged, IReadOnlyList<string> Lost);

/// <summary>All that is checked, read at one time.</summary>
internal sealed record Snapshot(
    IReadOnlyList<OrderRow> Orders, IReadOnlyList<ReservationRow> Reservations, IReadOnlyList<StockRow> Stock,
    IReadOnlyList<PaymentRow> Payments, IReadOnlyList<LedgerRow> Ledger, IReadOnlyList<ProviderRow>? Provider,
    IReadOnlyList<MessagingRow> Messaging,
    IReadOnlyList<SubscriptionRow> Subscriptions, IReadOnlySet<Guid> OrdersWithTimer)
{
    /// <summary>What still moves, in words; none when the system is at rest.</summary>
    public IReadOnlyList<string> Motion()
    {
        var motion = new List<string>();
        Add(Orders.Count(order => order.IsOpen), "open orders");
        Add(Payments.Count(payment => payment.IsMoving), "payments under way");
        Add(Messaging.Sum(service => service.Outbox), "unsent events");
        Add(Subscriptions.Sum(subscription => subscription.Unread), "unread events");
        return motion;

        void Add(long count, string what)
        {
            if (count > 0) motion.Add($"{count} {what}");
        }
    }
}
