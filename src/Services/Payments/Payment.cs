namespace Tessera.Payments;

/// <summary>The payment of one order and the rules of its life.</summary>
internal sealed class Payment
{
    public required Guid Id { get; init; }
    public required Guid Order { get; init; }
    public required Guid Buyer { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public string? PaymentMethod { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    /// <summary>The trace in which it was asked for.</summary>
    public string? TraceParent { get; init; }
    public required PaymentState State { get; set; }
    public long CapturedMinor { get; set; }
    public long RefundedMinor { get; set; }
    public string? DeclineReason { get; set; }

    /// <summary>The order was cancelled while the provider's answer was awaited.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>When the provider is to be asked next; null when there is nothing to ask.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public PaymentOutcome Request(DateTimeOffset now)
    {
        if (PaymentTransitions.Decide(State, PaymentInput.Requested) != PaymentStep.Request)
        {
            return PaymentOutcome.Nothing;
        }
        State = PaymentState.Requested;
        DueAt = now;
        return PaymentOutcome.Changed;
    }

    /// <summary>The order is cancelled. What was captured, or may have been, goes back.</summary>
    public PaymentOutcome Cancel(DateTimeOffset now)
    {
        switch (PaymentTransitions.Decide(State, PaymentInput.OrderCancelled))
        {
            case PaymentStep.Bury or PaymentStep.Cancel:
                State = PaymentState.Cancelled;
                DueAt = null;
                return PaymentOutcome.Changed;
            case PaymentStep.RefundLater when CancelRequested:
                return PaymentOutcome.Nothing;
            case PaymentStep.RefundLater:
                CancelRequested = true;
                return PaymentOutcome.Changed;
            case PaymentStep.Refund:
                State = PaymentState.Refunding;
                DueAt = now;
                return PaymentOutcome.Changed;
            default:
                return PaymentOutcome.Nothing;
        }
    }

    /// <summary>The provider's answer to a capture. Two workers may hear the same answer: the second
    /// changes nothing.</summary>
    public PaymentOutcome Answer(CaptureAnswer answer, DateTimeOffset now)
    {
        var input = answer.IsCaptured ? PaymentInput.ProviderCaptured : PaymentInput.ProviderDeclined;
        switch (PaymentTransitions.Decide(State, input))
        {
            case PaymentStep.Capture:
                CapturedMinor = AmountMinor;
                State = CancelRequested ? PaymentState.Refunding : PaymentState.Captured;
                DueAt = CancelRequested ? now : null;
                return new PaymentOutcome(true, Ledger.Capture(AmountMinor), PaymentNews.Captured);
            case PaymentStep.Decline:
                State = PaymentState.Declined;
                DeclineReason = answer.DeclineReason;
                DueAt = null;
                return new PaymentOutcome(true, [], PaymentNews.Declined);
            case PaymentStep.Fail:
                throw Contradiction(input);
            default:
                return PaymentOutcome.Nothing;
        }
    }

    /// <summary>The provider has confirmed the refund.</summary>
    public PaymentOutcome Refunded()
    {
        switch (PaymentTransitions.Decide(State, PaymentInput.ProviderRefunded))
        {
            case PaymentStep.Refunded:
                State = PaymentState.Refunded;
                RefundedMinor = CapturedMinor;
                DueAt = null;
                return new PaymentOutcome(true, Ledger.Refund(RefundedMinor), PaymentNews.Refunded);
            case PaymentStep.Fail:
                throw Contradiction(PaymentInput.ProviderRefunded);
            default:
                return PaymentOutcome.Nothing;
        }
    }

    private InvalidOperationException Contradiction(PaymentInput input) =>
        new($"The payment {Id} of order {Order} is {State}; {input} contradicts that.");
}
