using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tessera.Payments.Contracts;

namespace Tessera.Payments;

/// <summary>An outside provider as real ones behave: it keeps its own record, knows a charge by its
/// idempotency key, and sometimes declines, dawdles, loses an answer after the money has moved, or gives
/// nothing back. The payment method scripts it.</summary>
internal sealed class SimulatedPaymentProvider(
    IProviderRecord record, SimulatedCallbacks callbacks, IOptions<SimulatedProviderOptions> options,
    TimeProvider clock) : IPaymentProvider
{
    public const string Ok = "tok_ok";
    public const string Decline = "tok_decline";
    public const string Slow = "tok_slow";
    public const string LostAnswer = "tok_lost_answer";
    public const string Flaky = "tok_flaky";
    public const string RefundDeclined = "tok_refund_declined";

    public async Task<CaptureAnswer> CaptureAsync(CaptureRequest request, CancellationToken stop)
    {
        var delay = request.PaymentMethod == Slow ? options.Value.SlowDelay : options.Value.Delay;
        if (delay > TimeSpan.Zero) await Task.Delay(delay, clock, stop);
        var failures = request.PaymentMethod == Flaky ? options.Value.FlakyFailures : 0;
        var charge = await record.ChargeAsync(request, DeclineReason(request), failures, clock.GetUtcNow(), stop);
        // Told when it happens, and so perhaps before the answer is heard, which may never be.
        if (charge.Calls == failures + 1)
        {
            callbacks.Tell(
                charge.DeclineReason is null ? PaymentCallback.Captured : PaymentCallback.Declined,
                request.IdempotencyKey);
        }
        if (charge.Calls == 1 && request.PaymentMethod == LostAnswer)
            throw new TimeoutException("The provider's answer was lost on the way.");
        return new CaptureAnswer(charge.DeclineReason);
    }

    public async Task RefundAsync(RefundRequest request, CancellationToken stop)
    {
        if (options.Value.Delay > TimeSpan.Zero) await Task.Delay(options.Value.Delay, clock, stop);
        if (request.PaymentMethod == RefundDeclined && options.Value.DeclineRefunds)
            throw new PaymentProviderException("The card's bank takes no refund: its account is closed.");
        await record.RefundAsync(request, clock.GetUtcNow(), stop);
        callbacks.Tell(PaymentCallback.Refunded, request.ChargeKey);
    }

    private string? DeclineReason(CaptureRequest request) => request.PaymentMethod switch
    {
        Decline => "card-declined",
        Slow or LostAnswer or Flaky or RefundDeclined => null,
        Ok when options.Value.DeclineRate > Share(request.IdempotencyKey) => "card-declined",
        Ok => null,
        _ => "unknown-payment-method",
    };

    /// <summary>From 0 to 1, the same for the same key.</summary>
    private static double Share(string key) =>
        BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(key))) / (double)uint.MaxValue;
}
