namespace Tessera.Payments.Contracts;

/// <summary>GET /payments/orders/{order} (the buyer, or an operator)</summary>
/// <param name="State"><c>Requested</c>, <c>Capturing</c>, <c>Captured</c>, <c>Declined</c>, <c>Refunding</c>,
/// <c>Refunded</c> or <c>Cancelled</c>.</param>
public sealed record PaymentView(
    Guid Id, Guid Order, string State, long AmountMinor, long CapturedMinor, long RefundedMinor, string Currency, string? DeclineReason);
