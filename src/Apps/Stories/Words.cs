using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.TextDefaults;

namespace Tessera.Stories;

/// <summary>What services keep as names, in the words of people.</summary>
public static class Words
{
    public static string Of(string state) => state switch
    {
        "Placed" => "placed",
        "StockReserved" => "reserved, its payment is asked for",
        "Confirmed" => "confirmed",
        "Shipped" => "shipped",
        "Cancelled" => "cancelled",
        _ => state,
    };

    /// <summary><c>orders.payment-requested.v1</c>: payment requested. What cannot be read may have none.</summary>
    public static string Event(string type) =>
        type.Split('.') is [_, var name, ..] ? name.Replace('-', ' ') : type.Length > 0 ? type : "of no type";

    /// <summary>An amount without the sign of its currency: <c>12.50 GBP</c>.</summary>
    public static string Money(long minor, string currency) => $"{Currencies.TextOf(minor, currency)} {currency}";

    /// <summary>Why an order came into a state; null where the state says it all.</summary>
    public static string? Because(string cause) => cause switch
    {
        "OrderPlaced" => null,
        "BuyerCancels" => "the buyer cancelled it",
        "OperatorCancels" => "an operator cancelled it",
        "UserErased" => "the buyer's account was erased",
        "Ship" => "an operator sent it",
        _ => Heard(cause),
    };

    internal static string Heard(string cause) => cause switch
    {
        "StockReserved" => "Stock is reserved",
        "StockRefused" => "Stock is refused",
        "StockReleased" => "Stock is released",
        "StockCommitted" => "Stock has left the shelf",
        "PaymentCaptured" => "Payment is captured",
        "PaymentDeclined" => "Payment is declined",
        "PaymentRefunded" => "Payment is given back",
        "StockOverdue" => "Inventory has not answered in time",
        "PaymentOverdue" => "Payments has not answered in time",
        _ => cause,
    };

    internal static string Stock(string state) => state switch
    {
        "Held" => "Stock is held",
        "Committed" => "Stock has left the shelf",
        "Released" => "Stock is released",
        "Refused" => "Stock is refused",
        "Cancelled" => "The cancellation came before the order: nothing is held",
        _ => state,
    };

    internal static string Payment(PaymentStepView step)
    {
        var money = step.IsRefund ? "refund" : "capture";
        return step.What switch
        {
            "Requested" => "Payment is asked for",
            "Asked" => $"The provider is asked for the {money}",
            "Unanswered" => $"The provider did not do the {money}",
            "OrderCancelled" => "The order is cancelled: what is captured goes back",
            "Captured" => "Payment is captured",
            "Declined" => "Payment is declined",
            "Refunded" => "Payment is given back",
            "Cancelled" => "Payment is cancelled: no money has moved",
            _ => step.What,
        };
    }

    /// <summary>The event that made the moment, for the time that it took.</summary>
    internal static string? CauseOf(StoryMoment moment) => (moment.Service, moment.What) switch
    {
        ("inventory", "Stock is held" or "Stock is refused") => OrderPlaced.EventType,
        ("inventory", "Stock has left the shelf") => OrderConfirmed.EventType,
        ("payments", "Payment is asked for") => PaymentRequested.EventType,
        ("payments", "The order is cancelled: what is captured goes back") => OrderCancelled.EventType,
        ("orders", _) => CauseOf(moment.Detail ?? moment.What),
        _ => null,
    };

    private static string? CauseOf(string heard) => heard switch
    {
        "Stock is reserved" => StockReserved.EventType,
        "Stock is refused" => StockRefused.EventType,
        "Stock is released" => StockReleased.EventType,
        "Stock has left the shelf" => StockCommitted.EventType,
        "Payment is captured" => PaymentCaptured.EventType,
        "Payment is declined" => PaymentDeclined.EventType,
        "Payment is given back" => PaymentRefunded.EventType,
        _ => null,
    };
}
