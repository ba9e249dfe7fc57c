using Tessera.Orders.Contracts;
using On = Tessera.Orders.OrderInput;

namespace Tessera.Orders;

/// <summary>Every input in every state, decided. The whole life of an order stands in this table.</summary>
internal static class OrderTransitions
{
    private static readonly OrderDecision Ignore = new OrderDecision.Ignore();
    private static readonly OrderDecision Note = new OrderDecision.Note();
    private static readonly OrderDecision Reserve = new OrderDecision.Become(OrderState.StockReserved);
    private static readonly OrderDecision Confirm = new OrderDecision.Become(OrderState.Confirmed);
    private static readonly OrderDecision Commit = new OrderDecision.MarkCommitted();
    private static readonly OrderDecision ShipIt = new OrderDecision.ShipOnceCommitted();
    private static readonly OrderDecision OutOfStock = Cancel(CancelReasons.OutOfStock);
    private static readonly OrderDecision Expired = Cancel(CancelReasons.ReservationExpired);
    private static readonly OrderDecision Declined = Cancel(CancelReasons.PaymentDeclined);
    private static readonly OrderDecision Refunded = Cancel(CancelReasons.PaymentRefunded);
    private static readonly OrderDecision ByBuyer = Cancel(CancelReasons.Buyer);
    private static readonly OrderDecision ByShop = Cancel(CancelReasons.Operator);
    private static readonly OrderDecision Erased = Cancel(CancelReasons.UserErased);
    private static readonly OrderDecision StockTimeout = Cancel(CancelReasons.StockTimeout);
    private static readonly OrderDecision PaymentTimeout = Cancel(CancelReasons.PaymentTimeout);
    private static readonly OrderDecision TooEarly = new OrderDecision.Refuse("The order is not confirmed yet.");
    private static readonly OrderDecision TooLate = new OrderDecision.Refuse("The order has been shipped already.");
    private static readonly OrderDecision Over = new OrderDecision.Refuse("The order is cancelled.");

    // A confirmed order whose stock or money is gone cannot be kept, so it is cancelled and the rest goes back too.
    // A payment that is captured before we asked for it is ignored: the payment timer ends the order and refunds it.
    // A payment that is captured after the cancellation is only noted: Payments refunds it when it hears of both.
    private static readonly Row[] Table =
    [
        //                      Placed        StockReserved   Confirmed   Shipped  Cancelled
        new(On.StockReserved,   Reserve,      Ignore,         Ignore,     Ignore,  Ignore),
        new(On.StockRefused,    OutOfStock,   OutOfStock,     OutOfStock, Ignore,  Ignore),
        new(On.StockReleased,   Expired,      Expired,        Expired,    Ignore,  Ignore),
        new(On.StockCommitted,  Ignore,       Ignore,         Commit,     Ignore,  Ignore),
        new(On.PaymentCaptured, Ignore,       Confirm,        Ignore,     Ignore,  Note),
        new(On.PaymentDeclined, Ignore,       Declined,       Ignore,     Ignore,  Ignore),
        new(On.PaymentRefunded, Ignore,       Refunded,       Refunded,   Note,    Note),
        new(On.BuyerCancels,    ByBuyer,      ByBuyer,        ByBuyer,    TooLate, Ignore),
        new(On.OperatorCancels, ByShop,       ByShop,         ByShop,     TooLate, Ignore),
        new(On.UserErased,      Erased,       Erased,         Erased,     Ignore,  Ignore),
        new(On.StockOverdue,    StockTimeout, Ignore,         Ignore,     Ignore,  Ignore),
        new(On.PaymentOverdue,  Ignore,       PaymentTimeout, Ignore,     Ignore,  Ignore),
        new(On.Ship,            TooEarly,     TooEarly,       ShipIt,     Ignore,  Over),
    ];

    public static OrderDecision Decide(OrderState state, OrderInput input)
    {
        var row = Table[(int)input];
        return state switch
        {
            OrderState.Placed => row.Placed,
            OrderState.StockReserved => row.StockReserved,
            OrderState.Confirmed => row.Confirmed,
            OrderState.Shipped => row.Shipped,
            OrderState.Cancelled => row.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
        };
    }

    /// <summary>The inputs in the order of the table's rows; the tests compare it with the enumeration.</summary>
    public static IEnumerable<OrderInput> Inputs => Table.Select(row => row.Input);

    private static OrderDecision.Become Cancel(string reason) => new(OrderState.Cancelled, reason);

    private sealed record Row(
        OrderInput Input,
        OrderDecision Placed,
        OrderDecision StockReserved,
        OrderDecision Confirmed,
        OrderDecision Shipped,
        OrderDecision Cancelled);
}
