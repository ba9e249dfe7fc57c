using CsCheck;

namespace Tessera.Orders.Tests;

/// <summary>Random sequences of inputs, the rules that hold for every order checked after each step.</summary>
public sealed class OrderSequenceTests
{
    private static readonly Gen<OrderInput[]> inputs = Gen.Enum<OrderInput>().Array[0, 30];

    [Fact]
    public void Any_sequence_keeps_the_rules_of_an_order() => inputs.Sample(sequence =>
    {
        var order = Some.Order();
        var history = new List<HistoryEntry> { order.FirstEntry };
        var seen = new HashSet<OrderInput>();
        foreach (var input in sequence)
        {
            var before = (order.State, order.CancelReason, order.Version, order.StockCommitted);
            var outcome = order.Apply(input, Some.Time);
            seen.Add(input);
            if (outcome is OrderOutcome.Changed { Entry: var changed }) history.Add(changed);
            if (outcome is OrderOutcome.Noted { Entry: var noted }) history.Add(noted);
            if (outcome is OrderOutcome.Ignored or OrderOutcome.Refused)
                Assert.Equal(before, (order.State, order.CancelReason, order.Version, order.StockCommitted));
            CheckRules(order, before.State, seen, history);
        }
    });

    [Fact]
    public void An_order_that_hears_nothing_more_ends_by_its_timers() => inputs.Sample(sequence =>
    {
        var order = Some.Order();
        foreach (var input in sequence) order.Apply(input, Some.Time);
        order.Apply(OrderInput.StockOverdue, Some.Time);
        order.Apply(OrderInput.PaymentOverdue, Some.Time);
        Assert.True(order.State is OrderState.Confirmed or OrderState.Shipped or OrderState.Cancelled);
    });

    [Fact]
    public void The_second_copy_of_an_input_changes_nothing_that_counts() => inputs.Sample(sequence =>
    {
        var (once, twice) = (Some.Order(), Some.Order());
        foreach (var input in sequence)
        {
            once.Apply(input, Some.Time);
            twice.Apply(input, Some.Time);
            twice.Apply(input, Some.Time);
            // A refund that is heard twice is told twice in the history; all else is the same.
            Assert.Equal((once.State, once.CancelReason, once.StockCommitted),
                (twice.State, twice.CancelReason, twice.StockCommitted));
        }
    });

    private static void CheckRules(
        Order order, OrderState before, HashSet<OrderInput> seen, List<HistoryEntry> history)
    {
        // Cancelled and Shipped are final.
        if (before is OrderState.Cancelled or OrderState.Shipped) Assert.Equal(before, order.State);
        // Confirmed only with money and stock; shipped only with the stock off the shelf.
        if (order.State is OrderState.Confirmed or OrderState.Shipped)
        {
            Assert.Contains(OrderInput.StockReserved, seen);
            Assert.Contains(OrderInput.PaymentCaptured, seen);
            Assert.NotNull(order.ConfirmedAt);
        }
        if (order.State == OrderState.Shipped) Assert.True(order.StockCommitted);
        Assert.Equal(order.State == OrderState.Cancelled, order.CancelReason is not null);
        // The history tells every version once, the last one the present state.
        Assert.Equal(Enumerable.Range(1, order.Version), history.Select(entry => entry.Version));
        Assert.Equal(order.State, history[^1].State);
    }
}
