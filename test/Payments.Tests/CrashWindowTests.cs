namespace Tessera.Payments.Tests;

/// <summary>The worker dies between two steps: what it did not do is left out, then another does its round.</summary>
public sealed class CrashWindowTests
{
    private static readonly TimeSpan claimTime = new PaymentOptions().ClaimTime;

    [Fact]
    public async Task Dead_between_the_claim_and_the_provider_another_worker_captures()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        Assert.Single(await payments.TakeAsync());

        await payments.RoundAsync();
        Assert.Equal("Capturing", await payments.StateAsync(order)); // The claim still holds.
        payments.Clock.Advance(claimTime);
        await payments.RoundAsync();

        Assert.Equal("Captured", await payments.StateAsync(order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
    }

    [Fact]
    public async Task Dead_just_before_the_clock_is_set_back_an_hour_another_worker_captures_at_once()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        Assert.Single(await payments.TakeAsync());
        Assert.False(await payments.AreDueAsync());

        payments.Clock.AdjustTime(payments.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        Assert.True(await payments.AreDueAsync());
        await payments.RoundAsync();

        Assert.Equal("Captured", await payments.StateAsync(order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
    }

    [Fact]
    public async Task Dead_between_the_answer_and_our_commit_it_is_one_charge_and_one_event()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        var claim = Assert.Single(await payments.TakeAsync());
        Assert.NotNull(await payments.AskAsync(claim));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync()); // The money has moved, and nobody here knows.

        payments.Clock.Advance(claimTime);
        await payments.RoundAsync();

        Assert.Equal("Captured", await payments.StateAsync(order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
        Assert.Equal(["payments.payment-captured.v1"], await payments.PublishedAsync(order));
        Assert.Equal((500, 0), (await payments.BalanceAsync("provider"), await payments.LedgerTotalAsync()));
    }

    [Fact]
    public async Task A_worker_that_was_only_paused_records_its_answer_a_second_time_without_effect()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        var paused = Assert.Single(await payments.TakeAsync());
        payments.Clock.Advance(claimTime);
        await payments.RoundAsync();

        var late = await payments.AskAsync(paused);
        await payments.RecordAsync(late!);

        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
        Assert.Equal(["payments.payment-captured.v1"], await payments.PublishedAsync(order));
        Assert.Equal(500, await payments.BalanceAsync("provider"));
    }

    [Fact]
    public async Task Dead_between_the_refund_and_our_commit_it_is_one_refund()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        await payments.RoundAsync();
        await payments.CancelAsync(order);
        var claim = Assert.Single(await payments.TakeAsync());
        Assert.True(claim.IsRefund);
        Assert.NotNull(await payments.AskAsync(claim));

        payments.Clock.Advance(claimTime);
        await payments.RoundAsync();

        Assert.Equal("Refunded", await payments.StateAsync(order));
        Assert.Equal((1, 1), await payments.ProviderBooksAsync());
        Assert.Equal(
            ["payments.payment-captured.v1", "payments.payment-refunded.v1"], await payments.PublishedAsync(order));
        Assert.Equal((0, 0), (await payments.BalanceAsync("provider"), await payments.LedgerTotalAsync()));
    }

    [Fact]
    public async Task Two_workers_never_hold_one_payment_at_once()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        foreach (var _ in Enumerable.Range(0, 20)) await payments.RequestAsync(Guid.NewGuid());

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => payments.TakeAsync(5)));

        Assert.Equal(20, taken.SelectMany(claims => claims).Select(claim => claim.Payment).Distinct().Count());
        Assert.Equal(20, taken.Sum(claims => claims.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_that_was_only_paused_does_not_put_off_what_another_has_claimed_since(bool isCancelled)
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        var paused = Assert.Single(await payments.TakeAsync());
        if (isCancelled) await payments.CancelAsync(order); // Its money goes back once it is known to have come.
        payments.Clock.Advance(claimTime);
        var current = Assert.Single(await payments.TakeAsync());

        await payments.PutOffAsync(paused, TimeSpan.Zero); // It would be due at once, and asked for twice at a time.
        Assert.False(await payments.AreDueAsync());
        await payments.PutOffAsync(current, TimeSpan.Zero);
        Assert.True(await payments.AreDueAsync());
    }
}
