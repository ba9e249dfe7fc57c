using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>Applies what happened to an order, stores it, and announces the state that was entered.</summary>
internal sealed class OrderProgress(
    OrderStore orders, UnitOfWork work, IOptions<OrderOptions> options, TimeProvider clock,
    ILogger<OrderProgress> logger)
{
    /// <summary>For facts that other services announce about an order.</summary>
    /// <exception cref="InvalidOperationException">The order is not ours: the fact is parked for
    /// an operator to see.</exception>
    public async Task ApplyAsync(Guid id, OrderInput input, CancellationToken stop) =>
        Apply(await GetAsync(id, stop), input);

    public async Task<Order> GetAsync(Guid id, CancellationToken stop) => await orders.FindAsync(id, stop)
        ?? throw new InvalidOperationException($"There is no order {id} in this database.");

    /// <param name="actor">Who acted for the buyer, where it was not the buyer.</param>
    public OrderOutcome Apply(Order order, OrderInput input, Guid? actor = null)
    {
        var from = order.State;
        if (actor is { } other) ActingLog.ActedFor(logger, other, order.Buyer, input.ToString(), order.Id);
        var outcome = order.Apply(input, clock.GetUtcNow());
        switch (outcome)
        {
            case OrderOutcome.Changed changed:
                orders.Save(order, changed.Entry with { Actor = actor });
                Leave(order, from);
                Enter(order);
                Count(order);
                break;
            case OrderOutcome.Noted noted:
                orders.Save(order, noted.Entry with { Actor = actor });
                break;
        }
        return outcome;
    }

    /// <summary>The type of the event that announces the state.</summary>
    public static string EventOf(OrderState state) => state switch
    {
        OrderState.Placed => OrderPlaced.EventType,
        OrderState.StockReserved => PaymentRequested.EventType,
        OrderState.Confirmed => OrderConfirmed.EventType,
        OrderState.Shipped => OrderShipped.EventType,
        OrderState.Cancelled => OrderCancelled.EventType,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };

    private void Count(Order order)
    {
        // The order may change once more in the same transaction.
        var (state, reason, since) = (order.State, order.CancelReason, clock.GetUtcNow() - order.PlacedAt);
        work.AfterCommit(() => OrderMetrics.Entered(state, reason, since));
    }

    private void Leave(Order order, OrderState from)
    {
        if (from == OrderState.Placed) work.CancelTimer<StockOverdue>(order.Id.ToString());
        if (from == OrderState.StockReserved) work.CancelTimer<PaymentOverdue>(order.Id.ToString());
    }

    private void Enter(Order order)
    {
        switch (order.State)
        {
            case OrderState.StockReserved:
                work.Publish(new PaymentRequested(
                    order.Id, order.Buyer, order.TotalMinor, order.Currency, order.PaymentMethod));
                work.Schedule(
                    order.Id.ToString(), new PaymentOverdue(order.Id),
                    clock.GetUtcNow() + options.Value.PaymentTimeout);
                break;
            case OrderState.Confirmed:
                work.Publish(new OrderConfirmed(order.Id, order.Buyer));
                break;
            case OrderState.Shipped:
                work.Publish(new OrderShipped(order.Id, order.Buyer));
                break;
            case OrderState.Cancelled:
                work.Publish(new OrderCancelled(order.Id, order.Buyer, order.CancelReason!));
                break;
        }
    }
}
