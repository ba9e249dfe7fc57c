using System.Diagnostics;

namespace Tessera.Payments;

/// <summary>The worker's spans, in the trace of what asked for the payment, however much later and in whatever process
/// they happen.</summary>
internal static class PaymentTraces
{
    private static readonly ActivitySource source = new("Tessera.Payments");

    public static Activity? Continue(string name, ActivityKind kind, string? traceParent, Guid order)
    {
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return source.StartActivity(name, kind, parent)?.SetTag("tessera.order.id", order.ToString());
    }
}
