using System.Diagnostics.Metrics;

namespace Tessera.Payments;

/// <summary>What becomes of payments, counted when it is committed. Amounts are in minor units, as they are booked:
/// exact, whatever the currency.</summary>
internal static class PaymentMetrics
{
    private static readonly Meter Meter = new("Tessera.Payments");

    private static readonly Counter<long> SettledPayments = Meter.CreateCounter<long>(
        "tessera.payments.settled", "{payment}", "Payments that were captured, declined or refunded.");

    private static readonly Counter<long> CapturedMinor = Meter.CreateCounter<long>(
        "tessera.payments.captured.minor_units", "{minor unit}", "Money that was captured.");

    private static readonly Counter<long> RefundedMinor = Meter.CreateCounter<long>(
        "tessera.payments.refunded.minor_units", "{minor unit}", "Money that was given back.");

    public static void Captured(string currency, long amountMinor)
    {
        Settled("captured");
        CapturedMinor.Add(amountMinor, Currency(currency));
    }

    public static void Refunded(string currency, long amountMinor)
    {
        Settled("refunded");
        RefundedMinor.Add(amountMinor, Currency(currency));
    }

    public static void Declined() => Settled("declined");

    private static void Settled(string how) =>
        SettledPayments.Add(1, new KeyValuePair<string, object?>("tessera.payment.outcome", how));

    private static KeyValuePair<string, object?> Currency(string code) => new("tessera.currency", code);
}
