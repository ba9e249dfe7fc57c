namespace Tessera.Payments;

/// <summary>The simulated provider's own books, which the service never looks into.</summary>
internal interface IProviderRecord
{
    /// <summary>Charges once per key. Fails without charging for the first <paramref name="failures"/>
    /// calls of a key.</summary>
    Task<Charge> ChargeAsync(
        CaptureRequest request, string? declineReason, int failures, DateTimeOffset now, CancellationToken stop);

    /// <summary>Refunds a charge once, whatever number of times it is asked.</summary>
    Task RefundAsync(RefundRequest request, DateTimeOffset now, CancellationToken stop);
}

/// <param name="Calls">How often the key was used, this time included.</param>
internal sealed record Charge(int Calls, string? DeclineReason);
