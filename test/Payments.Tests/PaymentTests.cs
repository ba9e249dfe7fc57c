using CsCheck;

namespace Tessera.Payments.Tests;

public sealed class PaymentTests
{
    private static readonly DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CaptureAnswer captured = new(DeclineReason: null);
    private static readonly CaptureAnswer declined = new("card-declined");

    [Fact]
    public void Captures_once_and_books_both_sides()
    {
        var payment = Asked();
        var outcome = payment.Answer(captured, now);
        Assert.Equal(
            (PaymentState.Captured, 500L, PaymentNews.Captured), (payment.State, payment.CapturedMinor, outcome.News));
        Assert.Equal(0, outcome.Entries.Sum(entry => entry.AmountMinor));
        Assert.Same(PaymentOutcome.Nothing, payment.Answer(captured, now));
    }

    [Fact]
    public void A_capture_that_comes_after_the_cancellation_is_refunded()
    {
        var payment = Asked();
        payment.Cancel(now);
        Assert.Equal(PaymentState.Capturing, payment.State);
        payment.Answer(captured, now);
        Assert.Equal((PaymentState.Refunding, (DateTimeOffset?)now), (payment.State, payment.DueAt));
        payment.Refunded();
        Assert.Equal((PaymentState.Refunded, 500L, (DateTimeOffset?)null),
            (payment.State, payment.RefundedMinor, payment.DueAt));
    }

    [Fact]
    public void A_decline_after_the_cancellation_leaves_nothing_to_refund()
    {
        var payment = Asked();
        payment.Cancel(now);
        payment.Answer(declined, now);
        Assert.Equal((PaymentState.Declined, (DateTimeOffset?)null), (payment.State, payment.DueAt));
    }

    [Fact]
    public void A_request_that_comes_after_the_cancellation_captures_nothing()
    {
        var payment = Some.Payment();
        payment.Cancel(now);
        Assert.Same(PaymentOutcome.Nothing, payment.Request(now));
        Assert.Equal((PaymentState.Cancelled, (DateTimeOffset?)null), (payment.State, payment.DueAt));
    }

    [Fact]
    public void An_answer_that_contradicts_what_is_known_fails_loudly()
    {
        var payment = Asked();
        payment.Answer(captured, now);
        Assert.Throws<InvalidOperationException>(() => payment.Answer(declined, now));
        Assert.Throws<InvalidOperationException>(() => payment.Refunded());
        Assert.Equal(PaymentState.Captured, payment.State);
    }

    [Fact]
    public void Every_input_in_every_state_is_decided()
    {
        Assert.Equal(Enum.GetValues<PaymentInput>(), PaymentTransitions.Inputs);
        foreach (var state in Enum.GetValues<PaymentState>())
        {
            foreach (var input in Enum.GetValues<PaymentInput>()) PaymentTransitions.Decide(state, input);
        }
    }

    /// <summary>Requests, cancellations and answers in any sequence, against a provider that
    /// remembers what it took.</summary>
    [Fact]
    public void Any_sequence_keeps_money_and_books_in_balance() => Gen.Int[0, 4].Array[0, 25].Sample(steps =>
    {
        var payment = Some.Payment();
        var books = new List<LedgerEntry>();
        var (requested, cancelled) = (false, false);
        foreach (var step in steps)
        {
            switch (step)
            {
                case 0: Book(payment.Request(now)); requested = true; break;
                case 1: Book(payment.Cancel(now)); cancelled = true; break;
                case 2 when payment.State == PaymentState.Requested: payment.State = PaymentState.Capturing; break;
                case 3 when payment.State == PaymentState.Capturing: Book(payment.Answer(captured, now)); break;
                case 4 when payment.State == PaymentState.Refunding: Book(payment.Refunded()); break;
            }
            Assert.Equal(0, books.Sum(entry => entry.AmountMinor));
            Assert.Equal(
                payment.CapturedMinor - payment.RefundedMinor,
                books.Where(entry => entry.Account == "provider").Sum(entry => entry.AmountMinor));
            // The provider is asked again if and only if something is still open with it.
            Assert.Equal(
                payment.State is PaymentState.Requested or PaymentState.Capturing or PaymentState.Refunding,
                payment.DueAt is not null);
            if (cancelled) Assert.NotEqual(PaymentState.Captured, payment.State);
            if (!requested) Assert.Equal(0, payment.CapturedMinor);
        }

        void Book(PaymentOutcome outcome) => books.AddRange(outcome.Entries);
    });

    private static Payment Asked()
    {
        var payment = Some.Payment();
        payment.Request(now);
        payment.State = PaymentState.Capturing; // As the claim of the worker does.
        return payment;
    }
}
