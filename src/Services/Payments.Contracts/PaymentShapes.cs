namespace Tessera.Payments.Contracts;

/// <summary>GET /payments/orders/{order} (the buyer, or an operator)</summary>
/// <param name="State"><c>Requested</c>, <c>Capturing</c>, <c>Captured</c>, <c>Declined</c>, <c>Refunding</c>,
/// <c>Refunded</c> or <c>Cancelled</c>.</param>
public sealed record PaymentView(
    Guid Id, Guid Order, string State, long AmountMinor, long CapturedMinor,
    long RefundedMinor, string Currency, string? DeclineReason);

/// <summary>GET /payments/export?before=&amp;size=100: all that is kept of the caller's payments, newest first.
/// </summary>
public sealed record PaymentExportPage(IReadOnlyList<PaymentRecord> Items, string? Next);

/// <param name="PaymentMethod">What stands for the buyer's card at the payment provider; null once forgotten.</param>
public sealed record PaymentRecord(PaymentView Payment, string? PaymentMethod, DateTimeOffset RequestedAt);

/// <summary>GET /payments/ledger (operators)</summary>
/// <param name="TotalMinor">The sum of all balances: 0 in a whole ledger.</param>
public sealed record LedgerView(
    IReadOnlyList<LedgerAccountView> Accounts, long TotalMinor, IReadOnlyList<PaymentCountView> Payments);

/// <param name="Account"><c>provider</c> (what it owes us), <c>sales</c> or <c>refunds</c>.</param>
public sealed record LedgerAccountView(string Account, long BalanceMinor, long Entries);

public sealed record PaymentCountView(string State, long Payments);
