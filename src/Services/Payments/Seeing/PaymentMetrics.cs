using System.Diagnostics.Metrics;

namespace Tessera.Payments;

/// <summary>What becomes of payments, counted when it is committed. Amounts are in minor units, as they are booked:
/// exact, whatever the currency.</summary>
internal static class PaymentMetrics
{
    private const string CapturedOutcome = "captured";
    private const string DeclinedOutcome = "declined";
    private const string RefundedOutcome = "refunded";

    private static readonly Meter Meter = new("Tessera.Payments");

    private static readonly Counter<long> SettledPayments = Meter.CreateCounter<long>(
        "tessera.payments.settled", "{payment}", "Payments that were captured, declined or refunded.");

    private static readonly Counter<long> CapturedMinor = Meter.CreateCounter<long>(
        "tessera.payments.captured.minor_units", "{minor unit}", "Money that was captured.");

    private static readonly Counter<long> RefundedMinor = Meter.CreateCounter<long>(
        "tessera.payments.refunded.minor_units", "{minor unit}", "Money that was given back.");

    /// <summary>All that will be counted, as zero: a series that begins with its first payment shows whoever collects
    /// it no rise.</summary>
    public static void Begin(string currency)
    {
        foreach (var outcome in new[] { CapturedOutcome, DeclinedOutcome, RefundedOutcome })
            SettledPayments.Add(0, Outcome(outcome));
        CapturedMinor.Add(0, Currency(currency));
        RefundedMinor.Add(0, Currency(currency));
    }

    public static void Captured(string currency, long amountMinor)
    {
        Settled(CapturedOutcome);
        CapturedMinor.Add(amountMinor, Currency(currency));
    }

    public static void Refunded(string currency, long amountMinor)
    {
        Settled(RefundedOutcome);
        RefundedMinor.Add(amountMinor, Currency(currency));
    }

    public static void Declined() => Settled(DeclinedOutcome);

    private static void Settled(string how) => SettledPayments.Add(1, Outcome(how));

    private static KeyValuePair<string, object?> Outcome(string how) => new("tessera.payment.outcome", how);

    private static KeyValuePair<string, object?> Currency(string code) => new("tessera.currency", code);
}
