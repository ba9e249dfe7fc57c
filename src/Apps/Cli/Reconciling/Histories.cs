namespace Tessera.Cli.Reconciling;

/// <summary>What Orders remembers of an order: each state that it entered, and each fact that it heard.</summary>
/// <param name="Heard">The facts, in their order, by Orders' own names.</param>
/// <param name="Entered">The states; each of them was announced.</param>
internal sealed record OrderHistory(
    Guid Id, string State, bool StockCommitted, IReadOnlyList<string> Heard, IReadOnlySet<string> Entered)
{
    public bool Has(string fact) => Heard.Contains(fact);

    /// <summary>It still waits for others.</summary>
    public bool IsOpen => State is "Placed" or "StockReserved";
}

/// <param name="WasCommitted">Its order was confirmed once, whatever came later.</param>
/// <param name="Because">Why it ended, where its state does not say it.</param>
internal sealed record ReservationHistory(Guid Order, string State, bool WasCommitted, string? Because)
{
    public bool WasReserved => State is "Held" or "Committed" or "Released";

    public bool HeardOfCancellation => State == "Cancelled" || (State == "Released" && Because == "cancelled");
}

/// <param name="IsCancelled">It was told that the order is cancelled.</param>
internal sealed record PaymentHistory(
    Guid Order, string State, long AmountMinor, long CapturedMinor, long RefundedMinor, bool IsCancelled)
{
    public bool WasRequested => AmountMinor > 0;
}

/// <summary>A product as one service knows it.</summary>
internal sealed record ProductHistory(string Sku, long PriceMinor, bool Withdrawn, long Version);

/// <summary>All histories, read one after the other.</summary>
/// <param name="Stocked">Products for which Inventory counts.</param>
/// <param name="Buyers">Whose orders are kept, and of whose erasure Orders has not heard.</param>
/// <param name="Payers">Whose means of payment are kept, and of whose erasure Payments has not heard.</param>
/// <param name="Erased">Of whose erasure any service knows.</param>
internal sealed record Histories(
    IReadOnlyDictionary<Guid, OrderHistory> Orders,
    IReadOnlyDictionary<Guid, ReservationHistory> Reservations,
    IReadOnlyDictionary<Guid, PaymentHistory> Payments,
    IReadOnlyDictionary<string, ProductHistory> Catalog,
    IReadOnlyDictionary<string, ProductHistory> Prices,
    IReadOnlySet<string> Stocked,
    IReadOnlySet<Guid> Accounts,
    IReadOnlySet<Guid> Buyers,
    IReadOnlySet<Guid> Payers,
    IReadOnlySet<Guid> Erased);
