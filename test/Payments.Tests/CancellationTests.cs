namespace Tessera.Payments.Tests;

/// <summary>The order is cancelled at each point of its payment's life: in the end nothing captured is kept.</summary>
public sealed class CancellationTests
{
    [Fact]
    public async Task Before_the_request_nothing_is_ever_captured()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.CancelAsync(order);
        await payments.RequestAsync(order);
        await payments.RoundAsync();
        Assert.Equal("Cancelled", await payments.StateAsync(order));
        Assert.Empty(await payments.PublishedAsync(order));
        await NothingChargedAsync(payments);
    }

    [Fact]
    public async Task Before_the_provider_is_asked_nothing_is_captured()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        await payments.CancelAsync(order);
        await payments.RoundAsync();
        Assert.Equal("Cancelled", await payments.StateAsync(order));
        await NothingChargedAsync(payments);
    }

    [Fact]
    public async Task While_the_provider_works_the_late_capture_is_refunded()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        var claim = Assert.Single(await payments.TakeAsync());
        await payments.CancelAsync(order);
        var answer = await payments.AskAsync(claim);
        await payments.RecordAsync(answer!);
        Assert.Equal("Refunding", await payments.StateAsync(order));

        await payments.RoundAsync();

        Assert.Equal("Refunded", await payments.StateAsync(order));
        Assert.Equal((1, 1), await payments.ProviderBooksAsync());
        Assert.Equal((0, 0), (await payments.BalanceAsync("provider"), await payments.LedgerTotalAsync()));
    }

    [Fact]
    public async Task While_the_provider_works_a_decline_needs_no_refund()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, "tok_decline");
        var claim = Assert.Single(await payments.TakeAsync());
        await payments.CancelAsync(order);
        await payments.RecordAsync((await payments.AskAsync(claim))!);
        await payments.RoundAsync();
        Assert.Equal("Declined", await payments.StateAsync(order));
        Assert.Equal((0, 0), await payments.ProviderBooksAsync());
    }

    [Fact]
    public async Task After_the_capture_it_is_refunded_once_however_often_it_is_cancelled()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        await payments.RoundAsync();
        await payments.CancelAsync(order);
        await payments.CancelAsync(order);
        await payments.RoundAsync();
        await payments.CancelAsync(order);
        await payments.RoundAsync();
        Assert.Equal("Refunded", await payments.StateAsync(order));
        Assert.Equal((1, 1), await payments.ProviderBooksAsync());
    }

    private static async Task NothingChargedAsync(PaymentsInMemory payments) =>
        Assert.Equal(0, await payments.BalanceAsync("provider"));
}
