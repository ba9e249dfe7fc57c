namespace Tessera.Payments.Contracts;

/// <summary>GET /payments/orders/{order}/history (operators): what became of the order's payment.</summary>
/// <param name="Attempts">How often the provider has been asked since the payment came into its state.</param>
/// <param name="DueAt">When the provider is asked next; null when there is nothing to ask.</param>
/// <param name="IsCancelRequested">Whether the order was cancelled while the provider's answer was awaited.</param>
/// <param name="TraceId">The trace in which it was asked for.</param>
public sealed record PaymentHistoryView(
    Guid Id, Guid Order, string State, long AmountMinor, long CapturedMinor, long RefundedMinor, string Currency,
    string? DeclineReason, int Attempts, DateTimeOffset? DueAt, bool IsCancelRequested, string? TraceId,
    IReadOnlyList<PaymentStepView> Steps);

/// <param name="What"><c>Requested</c>, <c>Asked</c>, <c>Unanswered</c>, <c>OrderCancelled</c>, <c>Captured</c>,
/// <c>Declined</c>, <c>Refunded</c> or <c>Cancelled</c>.</param>
/// <param name="Because">The provider's words, or what went wrong.</param>
/// <param name="Attempt">Of <c>Asked</c> and <c>Unanswered</c>: which attempt it was.</param>
/// <param name="IsRefund">Whether it was about the money going back.</param>
/// <param name="Announced">The type of the event that was published with it, if one was.</param>
public sealed record PaymentStepView(
    DateTimeOffset At, string What, string? Because = null, long? AmountMinor = null, int? Attempt = null,
    bool IsRefund = false, string? Announced = null);
