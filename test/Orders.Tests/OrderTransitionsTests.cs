using Tessera.Orders.Contracts;

namespace Tessera.Orders.Tests;

/// <summary>The table once more, as the outside sees it: a cell that is changed by mistake differs here.</summary>
public sealed class OrderTransitionsTests
{
    private static readonly string[] states = [.. Enum.GetNames<OrderState>()];

    private static readonly (OrderInput Input, string[] InEachState)[] expected =
    [
        (OrderInput.StockReserved, ["StockReserved", "ignored", "ignored", "ignored", "ignored"]),
        (OrderInput.StockRefused, ["out-of-stock", "out-of-stock", "out-of-stock", "ignored", "ignored"]),
        (OrderInput.StockReleased,
            ["reservation-expired", "reservation-expired", "reservation-expired", "ignored", "ignored"]),
        (OrderInput.StockCommitted, ["ignored", "ignored", "noted", "ignored", "ignored"]),
        (OrderInput.PaymentCaptured, ["ignored", "Confirmed", "ignored", "ignored", "noted"]),
        (OrderInput.PaymentDeclined, ["ignored", "payment-declined", "ignored", "ignored", "ignored"]),
        (OrderInput.PaymentRefunded, ["ignored", "payment-refunded", "payment-refunded", "noted", "noted"]),
        (OrderInput.BuyerCancels, ["buyer", "buyer", "buyer", "refused", "ignored"]),
        (OrderInput.OperatorCancels, ["operator", "operator", "operator", "refused", "ignored"]),
        (OrderInput.UserErased, ["user-erased", "user-erased", "user-erased", "ignored", "ignored"]),
        (OrderInput.StockOverdue, ["stock-timeout", "ignored", "ignored", "ignored", "ignored"]),
        (OrderInput.PaymentOverdue, ["ignored", "payment-timeout", "ignored", "ignored", "ignored"]),
        (OrderInput.Ship, ["refused", "refused", "refused", "ignored", "refused"]),
    ];

    public static TheoryData<string, string, string> Cells() =>
        [.. expected.SelectMany(
            row => row.InEachState.Select((outcome, at) => (row.Input.ToString(), states[at], outcome)))];

    [Theory, MemberData(nameof(Cells))]
    public void Each_input_in_each_state_has_its_outcome(string input, string state, string outcome)
    {
        var order = Some.Order(Enum.Parse<OrderState>(state));
        var version = order.Version;

        var result = order.Apply(Enum.Parse<OrderInput>(input), Some.Time.AddMinutes(1));

        var changed = result as OrderOutcome.Changed;
        Assert.Equal(outcome, result switch
        {
            OrderOutcome.Changed when order.State == OrderState.Cancelled => order.CancelReason,
            OrderOutcome.Changed => order.State.ToString(),
            _ => result.GetType().Name.ToLowerInvariant(),
        });
        if (changed is null) Assert.Equal(state, order.State.ToString());
        Assert.Equal(result is OrderOutcome.Changed or OrderOutcome.Noted ? version + 1 : version, order.Version);
        Assert.Equal(order.State == OrderState.Cancelled, order.CancelReason is not null);
    }

    [Fact]
    public void Every_input_and_every_state_is_in_the_table()
    {
        Assert.Equal(Enum.GetValues<OrderInput>(), OrderTransitions.Inputs);
        Assert.Equal(Enum.GetValues<OrderInput>(), expected.Select(row => row.Input));
        Assert.All(expected, row => Assert.Equal(states.Length, row.InEachState.Length));
    }

    [Fact]
    public void Ships_only_after_the_stock_has_left_the_shelf()
    {
        var order = Some.Order(OrderState.Confirmed);
        Assert.IsType<OrderOutcome.Refused>(order.Apply(OrderInput.Ship, Some.Time));
        order.Apply(OrderInput.StockCommitted, Some.Time);
        Assert.IsType<OrderOutcome.Changed>(order.Apply(OrderInput.Ship, Some.Time));
        Assert.Equal(OrderState.Shipped, order.State);
    }

    [Fact]
    public void Notes_the_committed_stock_once()
    {
        var order = Some.Order(OrderState.Confirmed);
        Assert.IsType<OrderOutcome.Noted>(order.Apply(OrderInput.StockCommitted, Some.Time));
        Assert.IsType<OrderOutcome.Ignored>(order.Apply(OrderInput.StockCommitted, Some.Time));
    }

    [Fact]
    public void Refuses_to_confirm_by_a_capture_of_another_amount()
    {
        var order = Some.Order(OrderState.StockReserved);
        order.CheckCapture(order.TotalMinor, "GBP");
        Assert.Throws<InvalidOperationException>(() => order.CheckCapture(order.TotalMinor - 1, "GBP"));
        Assert.Throws<InvalidOperationException>(() => order.CheckCapture(order.TotalMinor, "EUR"));
    }

    [Fact]
    public void Knows_every_cancel_reason_of_the_contract()
    {
        var contract = typeof(CancelReasons).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order();
        var used = expected.SelectMany(row => row.InEachState)
            .Where(outcome => outcome.Contains('-') || outcome is "buyer" or "operator").Distinct().Order();
        Assert.Equal(contract, used);
    }
}
