using Microsoft.Extensions.Options;
using Tessera.Testing;

namespace Tessera.Payments.Tests;

/// <summary>What the provider can do to us, and what becomes of the payment.</summary>
public sealed class ProviderAnswerTests
{
    [Fact]
    public async Task A_lost_answer_is_asked_again_and_charged_once()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_lost_answer");
        await payments.RoundAsync();
        Assert.Equal("Capturing", await payments.StateAsync(order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());

        payments.Clock.Advance(TimeSpan.FromSeconds(1));
        await payments.RoundAsync();

        Assert.Equal("Captured", await payments.StateAsync(order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
    }

    [Fact]
    public async Task A_provider_that_is_busy_is_asked_again_with_growing_pauses()
    {
        await using var payments = await PaymentsInMemory.StartAsync(null, ("Payments:Simulated:FlakyFailures", "3"));
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_flaky");
        var waited = new List<TimeSpan>();
        while (await payments.StateAsync(order) != "Captured")
        {
            var before = payments.Clock.GetUtcNow();
            await payments.RoundAsync();
            while (await payments.StateAsync(order) != "Captured" && !await payments.AreDueAsync())
                payments.Clock.Advance(TimeSpan.FromMilliseconds(100));
            waited.Add(payments.Clock.GetUtcNow() - before);
        }
        Assert.Equal([200, 400, 800, 0], waited.Select(wait => (int)wait.TotalMilliseconds));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
    }

    [Theory]
    [InlineData("tok_decline", "card-declined")]
    [InlineData("4111111111111111", "unknown-payment-method")]
    public async Task A_decline_is_announced_with_its_reason_and_books_nothing(string method, string reason)
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, method);
        await payments.RoundAsync();
        Assert.Equal("Declined", await payments.StateAsync(order));
        Assert.Equal([reason], await payments.Query("select decline_reason from payments", row => row.GetString(0)));
        Assert.Equal(["payments.payment-declined.v1"], await payments.PublishedAsync(order));
        Assert.Empty(await payments.Query("select 1 from ledger", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task A_refund_that_is_declined_is_asked_for_until_it_is_settled_with_the_provider_and_moves_once()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_refund_declined");
        await payments.RoundAsync();
        Assert.Equal("Captured", await payments.StateAsync(order));
        await payments.CancelAsync(order);
        for (var round = 0; round < 2; round++)
        {
            await payments.RoundAsync();
            Assert.Equal("Refunding", await payments.StateAsync(order));
            payments.Clock.Advance(new PaymentOptions().RetryDelayMax);
        }
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
        Assert.Equal(
            Enumerable.Repeat("The card's bank takes no refund: its account is closed.", 2),
            (await payments.HistoryAsync(order))!.Steps.Where(step => step.IsRefund).Select(step => step.Because));

        payments.Service.Get<IOptions<SimulatedProviderOptions>>().Value.DeclineRefunds = false;
        await payments.RoundAsync();

        Assert.Equal("Refunded", await payments.StateAsync(order));
        Assert.Equal((1, 1), await payments.ProviderBooksAsync());
        Assert.Equal(0, await payments.LedgerTotalAsync());
    }

    [Fact]
    public async Task The_same_request_twice_is_one_payment()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        await payments.RequestAsync(order);
        await payments.RoundAsync();
        await payments.RequestAsync(order);
        await payments.RoundAsync();
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
        Assert.Equal([1L], await payments.Query("select count(*) from payments", row => row.GetInt64(0)));
    }

    [Fact]
    public async Task A_provider_that_never_answers_is_given_up_on_by_the_call_not_by_the_payment()
    {
        var provider = new SilentProvider();
        await using var payments = await PaymentsInMemory.StartAsync(provider);
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        var claim = Assert.Single(await payments.TakeAsync());

        var asking = payments.AskAsync(claim);
        await Eventually.HoldsAsync("the provider is asked", () => provider.IsAsked);
        payments.Clock.Advance(new PaymentOptions().ProviderTimeout);

        Assert.Null(await Eventually.AnswersAsync("the call ends", asking));
        payments.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await payments.TakeAsync()); // Due again.
    }

    [Fact]
    public async Task The_worker_brings_many_payments_to_their_ends_within_its_bound_of_calls()
    {
        var provider = new CountingProvider();
        await using var payments = await PaymentsInMemory.StartAsync(provider, ("Payments:ProviderCallsMax", "4"));
        await payments.Worker.StartAsync(TestContext.Current.CancellationToken);
        var orders = Enumerable.Range(0, 60).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var order in orders) await payments.RequestAsync(order);

        await Eventually.HoldsAsync("all are captured", async () =>
            (await payments.Query(
                "select count(*) from payments where state = 'Captured'", row => row.GetInt64(0)))[0] == 60);
        await payments.Worker.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(60, provider.Calls);
        Assert.InRange(provider.MostAtOnce, 1, 4);
        Assert.Equal(0, await payments.LedgerTotalAsync());
    }

    private sealed class SilentProvider : IPaymentProvider
    {
        public bool IsAsked { get; private set; }

        public async Task<CaptureAnswer> CaptureAsync(CaptureRequest request, CancellationToken stop)
        {
            IsAsked = true;
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException("It never answers.");
        }

        public Task RefundAsync(RefundRequest request, CancellationToken stop) => Task.Delay(Timeout.Infinite, stop);
    }

    private sealed class CountingProvider : IPaymentProvider
    {
        private int _now;
        private int _most;
        private int _calls;

        public int Calls => _calls;

        public int MostAtOnce => _most;

        public async Task<CaptureAnswer> CaptureAsync(CaptureRequest request, CancellationToken stop)
        {
            Interlocked.Increment(ref _calls);
            var now = Interlocked.Increment(ref _now);
            InterlockedMax(now);
            await Task.Yield();
            Interlocked.Decrement(ref _now);
            return new CaptureAnswer(DeclineReason: null);
        }

        public Task RefundAsync(RefundRequest request, CancellationToken stop) => Task.CompletedTask;

        private void InterlockedMax(int value)
        {
            int seen;
            while (value > (seen = Volatile.Read(ref _most))
                && Interlocked.CompareExchange(ref _most, value, seen) != seen)
            {
            }
        }
    }
}
