using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Payments.Tests;

/// <summary>What only PostgreSQL can show: its plans, and the provider's books there.</summary>
public sealed class PaymentsOnPostgresTests
{
    [Theory]
    [InlineData("tok_ok", 1)]
    [InlineData("tok_lost_answer", 1)]
    [InlineData("tok_flaky", 1)]
    [InlineData("tok_decline", 0)]
    public async Task The_simulated_provider_charges_and_refunds_once_however_often_it_is_asked(
        string method, int charged)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres: true);
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, method);
        for (var round = 0; round < 4; round++)
        {
            await payments.RoundAsync();
            payments.Clock.Advance(new PaymentOptions().RetryDelayMax);
        }
        Assert.Equal((charged, 0), await payments.ProviderBooksAsync());
        await payments.CancelAsync(order);
        await payments.RoundAsync();
        Assert.Equal((charged, charged), await payments.ProviderBooksAsync());
        Assert.Equal(0, await payments.BalanceAsync("provider"));
    }

    /// <summary>It quotes what a provider has said.</summary>
    [Fact]
    public async Task A_reason_that_the_database_does_not_take_as_it_is_puts_off_all_the_same()
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres: true);
        var order = Guid.NewGuid();
        await payments.RequestAsync(order);
        var claim = Assert.Single(await payments.TakeAsync());
        await payments.PutOffAsync(claim, TimeSpan.Zero, "a\0b" + new string('x', 496) + "\U0001F600");
        Assert.True(await payments.AreDueAsync());
        var trouble = (await payments.HistoryAsync(order))!.Steps.Single(step => step.What == "Unanswered");
        Assert.Equal("a\uFFFDb" + new string('x', 496), trouble.Because);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Payments_of_buyers_who_are_erased_together_are_locked_in_one_order(bool again)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres: true);
        var orders = new[] { Guid.NewGuid(), Guid.NewGuid() }.Order().ToArray();
        var buyers = new[] { Guid.NewGuid(), Guid.NewGuid() };
        foreach (var (order, buyer) in orders.Zip(buyers)) await payments.RequestAsync(order, buyer: buyer);
        await payments.RoundAsync();
        await using var other = await LockedBy.RunAsync(payments.Tables, Lock(orders[0]));
        var erasing = again
            ? payments.EraseAgainAsync(buyers[1], buyers[0]) : payments.EraseAsync(buyers[1], buyers[0]);
        await other.IsWaitedForAsync();
        await other.RunAsync(Lock(orders[1]));
        await other.DisposeAsync();
        await erasing;
        Assert.Equal([null, null], await payments.Query(
            "select payment_method from payments", row => row.GetStringOrNull(0)));

        static string Lock(Guid order) => $"select 1 from payments where order_id = '{order}' for update";
    }

    [Fact]
    public async Task Statements_of_the_flow_keep_to_their_indexes_over_tables_that_grew_from_empty()
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres: true);
        var tables = await GrownTables.EmptyAsync(payments.Database);
        for (var time = 0; time < 16; time++) await FlowAsync(payments); // Until each plan is made for good.
        await tables.RunAsync("""
            insert into payments select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Requested', 1, 0, 0,
                'GBP', 'm', null, false, 0, timestamptz '2026-03-01 12:00:10+00', now() from generate_series(1, 30000);
            insert into ledger select gen_random_uuid(), 'capture', 'sales', 1, now() from generate_series(1, 30000);
            insert into payment_troubles (payment_id, at, reason, attempt, is_refund)
                select gen_random_uuid(), now(), 'r', 1, false from generate_series(1, 30000)
            """);
        Assert.Empty(await tables.ReadByMoreThanAsync(200, () => FlowAsync(payments)));
    }

    private static async Task FlowAsync(PaymentsInMemory payments)
    {
        var (kept, cancelled, lost) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await payments.RequestAsync(kept);
        await payments.RequestAsync(cancelled);
        await payments.RequestAsync(lost, "tok_lost_answer");
        Assert.True(await payments.AreDueAsync());
        await payments.RoundAsync();
        await payments.CancelAsync(cancelled);
        await payments.RoundAsync();
        Assert.NotNull(await payments.HistoryAsync(lost));
    }
}
