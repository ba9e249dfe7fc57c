using Tessera.Payments.Contracts;

namespace Tessera.Payments.Tests;

/// <summary>The provider tells by itself: early, late, twice, in another order than it happened. All that it does is to
/// be asked earlier.</summary>
public sealed class CallbackTests
{
    private static readonly TimeSpan askAfter = new CallbackOptions().AskAfter;
    private static readonly (string, string)[] slowRetries =
        [("Payments:RetryDelay", "00:01:00"), ("Payments:RetryDelayMax", "00:01:00")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Has_the_provider_asked_whose_answer_was_lost(bool onPostgres)
    {
        await using var payments = await LostAsync(onPostgres);
        Assert.Equal(TimeSpan.FromMinutes(1), await payments.AskedInAsync(Order));
        await payments.CallBackAsync(Order);
        Assert.Equal(askAfter, await payments.AskedInAsync(Order));
        await RoundAfterAsync(payments, askAfter);
        Assert.Equal("Captured", await payments.StateAsync(Order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Has_no_second_effect_when_it_comes_twice(bool onPostgres)
    {
        await using var payments = await LostAsync(onPostgres);
        await payments.CallBackAsync(Order);
        payments.Clock.Advance(askAfter);
        await payments.PutOffAsync(Assert.Single(await payments.TakeAsync()), TimeSpan.FromMinutes(1));
        await payments.CallBackAsync(Order);
        Assert.Equal(TimeSpan.FromMinutes(1), await payments.AskedInAsync(Order));
        await payments.CallBackAsync(Order, id: "msg_2");
        Assert.Equal(askAfter, await payments.AskedInAsync(Order));
        Assert.Equal(["msg_1", "msg_2"], await payments.Query(
            "select id from payment_callbacks order by id", row => row.GetString(0)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Before_the_answer_is_stored_it_loses_and_doubles_nothing(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        await payments.RequestAsync(Order);
        var answer = await payments.AskAsync(Assert.Single(await payments.TakeAsync()));
        await payments.CallBackAsync(Order);
        await payments.RecordAsync(answer!);
        Assert.Equal("Captured", await payments.StateAsync(Order));
        payments.Clock.Advance(askAfter);
        Assert.Empty(await payments.TakeAsync());
        await payments.CallBackAsync(Order, id: "msg_2");
        Assert.Null(await payments.AskedInAsync(Order));
        Assert.Equal(["payments.payment-captured.v1"], await payments.PublishedAsync(Order));
        Assert.Equal((500, 0), (await payments.BalanceAsync("provider"), await payments.LedgerTotalAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Makes_good_for_a_worker_that_died_before_it_stored_the_answer(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        await payments.RequestAsync(Order);
        await payments.AskAsync(Assert.Single(await payments.TakeAsync()));
        await payments.CallBackAsync(Order);
        await RoundAfterAsync(payments, askAfter); // Long before the claim runs out.
        Assert.Equal("Captured", await payments.StateAsync(Order));
        Assert.Equal((1, 0), await payments.ProviderBooksAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_the_cancellation_what_was_captured_goes_back_once(bool onPostgres)
    {
        await using var payments = await LostAsync(onPostgres);
        await payments.CancelAsync(Order);
        await payments.CallBackAsync(Order);
        await RoundAfterAsync(payments, askAfter);
        Assert.Equal("Refunding", await payments.StateAsync(Order));
        await payments.RoundAsync();
        foreach (var type in new[] { PaymentCallback.Refunded, PaymentCallback.Captured, PaymentCallback.Declined })
            await payments.CallBackAsync(Order, type, "msg_" + type);
        await RoundAfterAsync(payments, askAfter);
        Assert.Equal("Refunded", await payments.StateAsync(Order));
        Assert.Equal((1, 1), await payments.ProviderBooksAsync());
        Assert.Equal((0, 0), (await payments.BalanceAsync("provider"), await payments.LedgerTotalAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_payment_that_was_never_begun_it_begins_none(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        await payments.CallBackAsync(Order); // And nobody has heard of the order yet.
        await payments.CancelAsync(Order);
        await payments.CallBackAsync(Order, id: "msg_2");
        await RoundAfterAsync(payments, askAfter);
        Assert.Equal("Cancelled", await payments.StateAsync(Order));
        Assert.Equal((0, 0), (await payments.BalanceAsync("provider"), await payments.LedgerTotalAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_before_the_commit_it_is_as_if_it_had_not_come(bool onPostgres)
    {
        await using var payments = await LostAsync(onPostgres);
        await payments.CallBackAndDieAsync(Order);
        Assert.Equal(TimeSpan.FromMinutes(1), await payments.AskedInAsync(Order));
        await payments.CallBackAsync(Order); // The provider heard no 200, and sends it again.
        Assert.Equal(askAfter, await payments.AskedInAsync(Order));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_forgotten_when_its_time_is_over(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        await payments.CallBackAsync(Guid.NewGuid(), id: "old");
        payments.Clock.Advance(new CallbackOptions().KeptFor - TimeSpan.FromSeconds(1));
        await payments.CallBackAsync(Guid.NewGuid(), id: "young");
        Assert.Equal(2, (await KeptAsync(payments)).Count);
        payments.Clock.Advance(TimeSpan.FromSeconds(2));
        await payments.CallBackAsync(Guid.NewGuid(), id: "new");
        Assert.Equal(["new", "young"], await KeptAsync(payments));
    }

    private static readonly Guid Order = Guid.NewGuid();

    /// <summary>The money has moved, the answer was lost, and the next question is a minute away.</summary>
    private static async Task<PaymentsInMemory> LostAsync(bool onPostgres)
    {
        var payments = await PaymentsInMemory.StartAsync(onPostgres, null, slowRetries);
        await payments.RequestAsync(Order, "tok_lost_answer");
        await payments.RoundAsync();
        Assert.Equal("Capturing", await payments.StateAsync(Order));
        return payments;
    }

    private static Task RoundAfterAsync(PaymentsInMemory payments, TimeSpan wait)
    {
        payments.Clock.Advance(wait);
        return payments.RoundAsync();
    }

    private static Task<List<string>> KeptAsync(PaymentsInMemory payments) =>
        payments.Query("select id from payment_callbacks order by id", row => row.GetString(0));
}
