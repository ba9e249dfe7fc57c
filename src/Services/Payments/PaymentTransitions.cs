using Do = Tessera.Payments.PaymentStep;
using On = Tessera.Payments.PaymentInput;

namespace Tessera.Payments;

internal enum PaymentStep
{
    Ignore,
    Request,

    /// <summary>Remember that the order is cancelled, so that nothing is captured when the request comes.</summary>
    Bury,
    Cancel,

    /// <summary>The provider may have the money already: refund it when its answer is known.</summary>
    RefundLater,
    Refund,

    /// <summary>Captured; and refunded at once when the order has been cancelled meanwhile.</summary>
    Capture,
    Decline,
    Refunded,

    /// <summary>It contradicts what is known: fail loudly, change nothing.</summary>
    Fail,
}

/// <summary>Every input in every state of a payment, decided.</summary>
internal static class PaymentTransitions
{
    private const Do Skip = Do.Ignore;
    private const Do Fail = Do.Fail;

    private static readonly Row[] Table =
    [
        //                      None        Requested  Capturing       Captured   Declined Refunding  Refunded Cancelled
        new(On.Requested,        Do.Request, Skip,      Skip,           Skip,      Skip,    Skip,        Skip,    Skip),
        new(On.OrderCancelled,   Do.Bury,    Do.Cancel, Do.RefundLater, Do.Refund, Skip,    Skip,        Skip,    Skip),
        new(On.ProviderCaptured, Fail,       Fail,      Do.Capture,     Skip,      Fail,    Skip,        Skip,    Fail),
        new(On.ProviderDeclined, Fail,       Fail,      Do.Decline,     Fail,      Skip,    Fail,        Fail,    Fail),
        new(On.ProviderRefunded, Fail,       Fail,      Fail,           Fail,      Fail,    Do.Refunded, Skip,    Fail),
    ];

    public static PaymentStep Decide(PaymentState state, PaymentInput input) => Table[(int)input].In(state);

    /// <summary>The inputs in the order of the table's rows; the tests compare it with the enumeration.</summary>
    public static IEnumerable<PaymentInput> Inputs => Table.Select(row => row.Input);

    private sealed class Row(PaymentInput input, params PaymentStep[] steps)
    {
        public PaymentInput Input { get; } = input;

        public PaymentStep In(PaymentState state) => steps[(int)state];
    }
}
