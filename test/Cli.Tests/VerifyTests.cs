using Tessera.Cli.Verifying;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class VerifyTests
{
    private static readonly string _unsafe = "pragma ignore_check_constraints = on; ";

    [Fact]
    public async Task Finds_a_sound_store_whole_and_at_rest()
    {
        using var store = new StoreOnDisk();
        var snapshot = await ReadAsync(store);
        Assert.Empty(snapshot.Motion());
        Assert.Equal(3, snapshot.Orders.Count);
        Assert.All(Invariants.Of(snapshot), invariant => Assert.Empty(invariant.Broken));
    }

    [Theory]
    [InlineData(
        "orders", "update orders set state = 'Placed', cancel_reason = null where cancel_reason = 'buyer'",
        "every open order has a timer that will end it")]
    [InlineData(
        "payments", "delete from payments where state = 'Captured'",
        "a confirmed order is paid once, in full")]
    [InlineData(
        "payments", "update payments set amount_minor = 150, captured_minor = 150 where state = 'Captured'",
        "a confirmed order is paid once, in full")]
    [InlineData(
        "payments", "update payments set state = 'Refunded', refunded_minor = 200 where state = 'Captured'",
        "a confirmed order is paid once, in full")]
    [InlineData(
        "inventory", "delete from reservations where state = 'Committed'",
        "a confirmed order has its stock committed, line by line")]
    [InlineData(
        "inventory", "update reservations set lines = '[{\"sku\":\"A\",\"quantity\":1}]' where state = 'Committed'",
        "a confirmed order has its stock committed, line by line")]
    [InlineData(
        "payments", "update payments set state = 'Captured', refunded_minor = 0 where state = 'Refunded'",
        "a cancelled order keeps no money")]
    [InlineData(
        "payments", "update payments set state = 'Captured', refunded_minor = 0 where state = 'Refunded'",
        "money is kept for confirmed orders only")]
    [InlineData(
        "inventory", "update reservations set state = 'Held' where state = 'Released'",
        "a cancelled order keeps no stock")]
    [InlineData(
        "inventory", "update reservations set state = 'Committed' where state = 'Released'",
        "stock is committed for confirmed orders only")]
    [InlineData(
        "inventory", "update stock set on_hand = 9",
        "on hand + held + committed = received, and none below 0")]
    [InlineData(
        "inventory", "update stock set on_hand = -1, received = 1",
        "on hand + held + committed = received, and none below 0")]
    [InlineData(
        "inventory", "update stock set on_hand = 7, held = 1",
        "what is held and committed of a product is what its orders hold")]
    [InlineData(
        "payments", "update ledger set amount_minor = -199 where account = 'sales'",
        "each movement in the ledger balances to zero")]
    [InlineData(
        "payments", "delete from ledger where movement = 'refund'",
        "the ledger says of each payment what the payment says")]
    public async Task Catches_what_is_tampered_with(string service, string sql, string invariant)
    {
        using var store = new StoreOnDisk();
        store.Execute(service, _unsafe + sql);
        var broken = Invariants.Of(await ReadAsync(store)).Where(each => !each.Holds).Select(each => each.Name);
        Assert.Contains(invariant, broken);
    }

    [Theory]
    [InlineData("update charges set amount_minor = 400")]
    [InlineData("delete from refunds")]
    [InlineData("delete from charges")]
    public async Task Catches_a_provider_that_charged_something_else(string sql)
    {
        using var store = new StoreOnDisk();
        store.Execute("payments", sql, "provider");
        var broken = Invariants.Of(await ReadAsync(store)).Where(each => !each.Holds).Select(each => each.Name);
        Assert.Contains("the provider charged each order at most once, and what we believe", broken);
    }

    [Fact]
    public async Task Sees_what_still_moves()
    {
        using var store = new StoreOnDisk();
        store.Execute("orders", "insert into msg_outbox (event_id) values ('x')");
        store.Execute("orders", "update orders set state = 'StockReserved' where state = 'Confirmed'");
        store.Execute(
            "payments", "update payments set state = 'Refunding', refunded_minor = 0 where state = 'Refunded'");
        Assert.Equal(["1 open orders", "1 payments under way", "1 unsent events"], (await ReadAsync(store)).Motion());
    }

    private static Task<Snapshot> ReadAsync(StoreOnDisk store) =>
        ReadSnapshot.RunAsync(new ServiceDatabases(store.Folder), TestContext.Current.CancellationToken);
}
