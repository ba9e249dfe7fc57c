namespace Tessera.Payments;

/// <summary>What came of an input: what is to be stored, booked and announced.</summary>
internal sealed record PaymentOutcome(bool IsChanged, IReadOnlyList<LedgerEntry> Entries, PaymentNews News)
{
    public static readonly PaymentOutcome Nothing = new(false, [], PaymentNews.None);

    public static readonly PaymentOutcome Changed = new(true, [], PaymentNews.None);
}

internal enum PaymentNews
{
    None,
    Captured,
    Declined,
    Refunded,
}
