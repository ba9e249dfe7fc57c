namespace Tessera.Payments;

/// <summary>The seam to whoever moves the money.</summary>
/// <remarks>
/// A call with a key that was used before gives the first answer again and moves no money. Any exception means that the
/// outcome is not known: the caller asks again with the same key.
/// </remarks>
internal interface IPaymentProvider
{
    Task<CaptureAnswer> CaptureAsync(CaptureRequest request, CancellationToken stop);

    /// <summary>Completes when the captured amount of the charge has gone back.</summary>
    Task RefundAsync(RefundRequest request, CancellationToken stop);
}

internal sealed record CaptureRequest(string IdempotencyKey, long AmountMinor, string Currency, string PaymentMethod);

/// <param name="ChargeKey">The idempotency key of the capture.</param>
/// <param name="PaymentMethod">What was charged; empty once the buyer is erased. A real provider knows it by the
/// charge.</param>
internal sealed record RefundRequest(
    string IdempotencyKey, string ChargeKey, long AmountMinor, string Currency, string PaymentMethod);

/// <param name="DeclineReason">Null when the money was captured.</param>
internal sealed record CaptureAnswer(string? DeclineReason)
{
    public bool IsCaptured => DeclineReason is null;
}

/// <summary>The provider did not answer, or not as it should. Nothing is known of the outcome.</summary>
internal sealed class PaymentProviderException(string message, Exception? inner = null) : Exception(message, inner);
