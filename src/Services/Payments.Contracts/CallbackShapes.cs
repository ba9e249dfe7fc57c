namespace Tessera.Payments.Contracts;

/// <summary>POST /payments/callbacks/{provider}: what a payment provider tells by itself, signed by Standard Webhooks.
/// Members beyond these are passed over.</summary>
/// <param name="Type">Such as <c>payment.captured</c>, <c>payment.declined</c> or <c>payment.refunded</c>. Whatever it
/// is, the provider is asked what became of the charge.</param>
public sealed record PaymentCallback(string Type, PaymentCallbackData Data)
{
    public const int TypeLengthMax = 100;
    public const string Captured = "payment.captured";
    public const string Declined = "payment.declined";
    public const string Refunded = "payment.refunded";
}

/// <param name="Charge">The idempotency key that the charge was made with: the order's id.</param>
public sealed record PaymentCallbackData(string Charge);
