using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Tessera.Payments;

/// <summary>One call to the provider for one claimed payment. No transaction is open meanwhile.</summary>
internal sealed partial class AskProvider(
    IPaymentProvider provider, PaymentClaims claims, IOptions<PaymentOptions> options, TimeProvider clock,
    ILogger<AskProvider> logger)
{
    /// <summary>The provider's answer, or null when its outcome is not known and the payment was put off.</summary>
    public async Task<ProviderAnswer?> HandleAsync(PaymentClaim claim, CancellationToken stop)
    {
        using var span = PaymentTraces.Continue(
            claim.IsRefund ? "refund" : "capture", ActivityKind.Client, claim.TraceParent, claim.Order);
        using var patience = new CancellationTokenSource(options.Value.ProviderTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            // The order's id is the key: whoever asks again, after whatever crash, asks about the same charge.
            var chargeKey = claim.Order.ToString();
            if (!claim.IsRefund)
            {
                return new ProviderAnswer(claim, await provider.CaptureAsync(
                    new CaptureRequest(chargeKey, claim.AmountMinor, claim.Currency, claim.PaymentMethod),
                    either.Token));
            }
            await provider.RefundAsync(
                new RefundRequest(
                    "refund-" + chargeKey, chargeKey, claim.AmountMinor, claim.Currency, claim.PaymentMethod),
                either.Token);
            return new ProviderAnswer(claim, null);
        }
        catch (Exception unknown) when (!stop.IsCancellationRequested)
        {
            // Whatever it was, money may have moved. Asking again with the same key is right in each case.
            span?.SetStatus(ActivityStatusCode.Error, unknown.Message)
                .SetTag("error.type", unknown.GetType().FullName);
            var delay = DelayAfter(claim.Attempt);
            Log.OutcomeUnknown(logger, claim.Order, claim.Attempt, delay, unknown.Message);
            await claims.PutOffAsync(claim, delay, unknown.Message, stop);
            return null;
        }
    }

    private TimeSpan DelayAfter(int attempt)
    {
        var doublings = Math.Min(attempt - 1, 20);
        var delay = options.Value.RetryDelay * Math.Pow(2, doublings);
        return delay < options.Value.RetryDelayMax ? delay : options.Value.RetryDelayMax;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.OutcomeUnknown, LogLevel.Warning,
            "The provider's answer for order {Order} is not known after attempt {Attempt}; " +
            "asking again in {Delay}: {Reason}")]
        public static partial void OutcomeUnknown(
            ILogger logger, Guid order, int attempt, TimeSpan delay, string reason);
    }
}

/// <param name="Capture">Null when it answers a refund.</param>
internal sealed record ProviderAnswer(PaymentClaim Claim, CaptureAnswer? Capture);
