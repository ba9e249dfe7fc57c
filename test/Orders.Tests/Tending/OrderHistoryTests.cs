using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Orders.Tests.Tending;

/// <summary>What an operator reads of an order, and of what waits for it in Orders.</summary>
public sealed class OrderHistoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_each_state_its_cause_and_what_was_announced(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        var order = await orders.PlaceAsync();
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(
            new StockReserved(order, orders.Service.Clock.GetUtcNow().AddMinutes(30)));

        var history = await HistoryAsync(orders, order);

        Assert.Equal("StockReserved", history!.State);
        Assert.Equal(
            [
                ("Placed", "OrderPlaced", OrderPlaced.EventType),
                ("StockReserved", "StockReserved", PaymentRequested.EventType),
            ],
            history.Steps.Select(step => (step.State, step.Because, step.Announced)));
        Assert.Null(await HistoryAsync(orders, Guid.NewGuid()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_in_which_trace_each_step_happened(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        var placing = new Activity("placing").Start();
        var order = await orders.PlaceAsync();
        placing.Stop();
        var hearing = new Activity("hearing").Start();
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(
            new StockReserved(order, orders.Service.Clock.GetUtcNow().AddMinutes(30)));
        hearing.Stop();
        Assert.Equal(
            [placing.TraceId.ToHexString(), hearing.TraceId.ToHexString()],
            (await HistoryAsync(orders, order))!.Steps.Select(step => step.TraceId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_what_waits_for_the_order_to_be_sent_to_be_due_or_for_an_operator(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        var (order, other) = (await orders.PlaceAsync(), await orders.PlaceAsync());
        await ParkAsync(orders, order, attempts: 3);
        await ParkAsync(orders, order, attempts: 0);
        await ParkAsync(orders, other, attempts: 3);
        var first = await FirstEventAsync(orders, order);
        await orders.Service.Get<IMessageStore>().HoldKeysAsync(
            [new RefusedRow(first, "too large", 4, orders.Service.Clock.GetUtcNow())], default);

        var waiting = await orders.Service.Get<WaitingOfKey>().ReadAsync(order.ToString(), default);

        Assert.Equal([OrderPlaced.EventType], waiting.Outbox.Select(row => row.Type));
        Assert.True(waiting.IsOutboxWhole);
        Assert.Equal(("too large", 4), (waiting.Held!.Reason, waiting.Held.Attempts));
        Assert.Equal([StockOverdue.TimerType], waiting.Timers.Select(timer => timer.Type));
        Assert.Equal([3, 0], waiting.Parked.Select(parked => parked.Attempts));
        Assert.All(waiting.Parked, parked => Assert.Null(parked.ReplayAt));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Groups_what_is_parked_by_its_cause_and_tells_who_did_what_about_it(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        Guid[] lost = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        foreach (var order in lost) await ParkAsync(orders, order, 3, $"There is no order {order} in this database.");
        await ParkAsync(orders, lost[0], attempts: 0);
        await ParkAsync(orders, Guid.NewGuid(), 3, "Out of memory: 100% of 12 rows_used");
        var (causes, messages) = (orders.Service.Get<ParkedCauses>(), orders.Service.Get<ParkedMessages>());

        var groups = await causes.GroupAsync(default);
        Assert.Equal(
            [("There is no order * in this database.", 3, 3, 1), ("Out of memory: *% of * rows_used", 1, 1, 0)],
            groups.Causes.Select(group => (group.Cause, group.Messages, group.Keys, group.Followers)));
        foreach (var group in groups.Causes)
        {
            Assert.Equal(
                group.Messages,
                await messages.CountDiscardAsync(new ParkedFilter(Reason: group.Cause), default));
        }

        var act = Guid.NewGuid();
        var filter = new ParkedFilter(Type: groups.Causes[0].Type, Reason: groups.Causes[0].Cause);
        for (var click = 0; click < 2; click++)
            Assert.Equal(4, await messages.ReplayAsync(filter, "olga", default, "mended", act));
        var done = Assert.Single(await causes.ListActsAsync(10, default));
        Assert.Equal(("olga", "replay", "mended", 4, 3), (done.By, done.Action, done.Note, done.Messages, done.Keys));
    }

    [Fact]
    public async Task Is_read_by_an_index_on_SQLite_too()
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres: false);
        var order = (await orders.TryPlaceAsync(Guid.NewGuid()))!.Id;
        Assert.Empty(await Testing.SqlitePlans.WalksAsync(
            orders.Service.Get<IDatabase>(), () => HistoryAsync(orders, order)));
    }

    private static async Task<OrderHistoryView?> HistoryAsync(OrdersInMemory orders, Guid order) =>
        ((await ReadHistory.Handle(order, orders.Service.Get<IDatabase>(), default)).Result
            as Ok<OrderHistoryView>)?.Value;

    private static async Task<OutboxRow> FirstEventAsync(OrdersInMemory orders, Guid order) =>
        (await orders.Service.Get<IMessageStore>().ReadOutboxAsync(
            [0, 1, 2, 3], 100, orders.Service.Clock.GetUtcNow(), default))
        .First(row => row.Event.Key == order.ToString());

    private static async Task ParkAsync(
        OrdersInMemory orders, Guid order, int attempts, string reason = "It always fails.")
    {
        await using var session = await orders.Service.Get<IMessageStore>().BeginAsync(default);
        session.Park([Testing.Some.Parked(
            Testing.Some.Event(order.ToString(), stream: "payments"), attempts, reason)]);
        await session.CommitAsync(default);
    }
}
