namespace Tessera.Payments.Contracts;

public sealed record PaymentCaptured(Guid Order, Guid Payment, long AmountMinor, string Currency)
{
    public const string EventType = "payments.payment-captured.v1";
}

public sealed record PaymentDeclined(Guid Order, Guid Payment, string Reason)
{
    public const string EventType = "payments.payment-declined.v1";
}

public sealed record PaymentRefunded(Guid Order, Guid Payment, long AmountMinor, string Currency)
{
    public const string EventType = "payments.payment-refunded.v1";
}
