using Tessera.Payments.Contracts;
using Tessera.Testing;

namespace Tessera.Payments.Tests;

/// <summary>What an operator reads of an order's payment.</summary>
public sealed class PaymentHistoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_each_attempt_that_failed_and_when_the_money_came_and_went(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_lost_answer", amount: 700);
        await RoundLaterAsync(payments);
        var waiting = await payments.HistoryAsync(order);
        Assert.Equal(("Capturing", 1), (waiting!.State, waiting.Attempts));
        Assert.True(waiting.DueAt > payments.Clock.GetUtcNow());
        await RoundLaterAsync(payments);
        await payments.CancelAsync(order);
        await RoundLaterAsync(payments);

        var history = await payments.HistoryAsync(order);

        Assert.Equal(("Refunded", 700, 700), (history!.State, history.CapturedMinor, history.RefundedMinor));
        Assert.Equal(
            ["Requested", "Unanswered", "Captured", "OrderCancelled", "Refunded"],
            history.Steps.Select(step => step.What));
        var trouble = history.Steps[1];
        Assert.Equal((1, false), (trouble.Attempt, trouble.IsRefund));
        Assert.Contains("lost on the way", trouble.Because, StringComparison.Ordinal);
        Assert.Equal(
            [PaymentCaptured.EventType, PaymentRefunded.EventType],
            history.Steps.Select(step => step.Announced).OfType<string>());
        Assert.Equal(700, history.Steps[4].AmountMinor);
    }

    [Fact]
    public async Task Is_read_by_an_index_on_SQLite_too()
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres: false);
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_lost_answer");
        await RoundLaterAsync(payments);
        Assert.Empty(await SqlitePlans.WalksAsync(payments.Tables, () => payments.HistoryAsync(order)));
    }

    [Fact]
    public async Task Tells_why_it_was_declined()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_decline");
        await RoundLaterAsync(payments);
        var last = (await payments.HistoryAsync(order))!.Steps[^1];
        Assert.Equal(
            ("Declined", "card-declined", PaymentDeclined.EventType), (last.What, last.Because, last.Announced));
    }

    [Fact]
    public async Task Tells_of_a_refund_that_the_provider_does_not_do()
    {
        await using var payments = await PaymentsInMemory.StartAsync(new NoRefunds());
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        await RoundLaterAsync(payments);
        await payments.CancelAsync(order);
        for (var time = 0; time < PaymentClaims.TroublesMax + 5; time++) await RoundLaterAsync(payments);
        var history = await payments.HistoryAsync(order);
        Assert.Equal("Refunding", history!.State);
        var troubles = history.Steps.Where(step => step.What == "Unanswered").ToList();
        Assert.Equal(PaymentClaims.TroublesMax, troubles.Count);
        Assert.All(troubles, trouble => Assert.True(trouble.IsRefund));
        Assert.DoesNotContain(history.Steps, step => step.What == "Asked"); // It is told that it failed.
        Assert.Equal("Refunds are closed today.", troubles[^1].Because);
        Assert.Equal(PaymentClaims.TroublesMax + 5, troubles[^1].Attempt);
    }

    [Fact]
    public async Task A_cancellation_that_came_first_asked_for_nothing()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.CancelAsync(order);
        await payments.RequestAsync(order);
        Assert.Equal("Cancelled", Assert.Single((await payments.HistoryAsync(order))!.Steps).What);
        Assert.Null(await payments.HistoryAsync(Guid.NewGuid()));
    }

    private static async Task RoundLaterAsync(PaymentsInMemory payments)
    {
        payments.Clock.Advance(new PaymentOptions().RetryDelayMax);
        await payments.RoundAsync();
        payments.Clock.Advance(TimeSpan.FromMilliseconds(1));
    }

    private sealed class NoRefunds : IPaymentProvider
    {
        public Task<CaptureAnswer> CaptureAsync(CaptureRequest request, CancellationToken stop) =>
            Task.FromResult(new CaptureAnswer(null));

        public Task RefundAsync(RefundRequest request, CancellationToken stop) =>
            Task.FromException(new PaymentProviderException("Refunds are closed today."));
    }
}
