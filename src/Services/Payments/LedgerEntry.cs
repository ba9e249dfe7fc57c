namespace Tessera.Payments;

/// <summary>One side of a booking. What comes into the account is positive.</summary>
internal sealed record LedgerEntry(string Movement, string Account, long AmountMinor);

/// <summary>Double entry: each movement of money is booked where it comes from and where it goes,
/// and adds up to zero.</summary>
internal static class Ledger
{
    public const string CaptureMovement = "capture";

    /// <summary>The provider owes us what it captured.</summary>
    public static IReadOnlyList<LedgerEntry> Capture(long amountMinor) =>
        [new(CaptureMovement, "provider", amountMinor), new(CaptureMovement, "sales", -amountMinor)];

    public static IReadOnlyList<LedgerEntry> Refund(long amountMinor) =>
        [new("refund", "refunds", amountMinor), new("refund", "provider", -amountMinor)];
}
