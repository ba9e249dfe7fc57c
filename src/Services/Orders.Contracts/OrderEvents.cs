using System.ComponentModel.DataAnnotations;

namespace Tessera.Orders.Contracts;

/// <param name="TotalMinor">The lines and the delivery.</param>
/// <param name="DeliveryMinor">What the delivery costs; 0 in events from before there was one.</param>
public sealed record OrderPlaced(
    Guid Order, Guid Buyer, IReadOnlyList<OrderedLine> Lines, long TotalMinor, string Currency, DateTimeOffset PlacedAt,
    long DeliveryMinor = 0)
{
    public const string EventType = "orders.order-placed.v1";
}

public sealed record OrderedLine(string Sku, int Quantity, long UnitPriceMinor);

/// <param name="PaymentMethod">The buyer's token for the payment provider; never a card number.</param>
public sealed record PaymentRequested(Guid Order, Guid Buyer, long AmountMinor, string Currency, string PaymentMethod)
{
    public const string EventType = "orders.payment-requested.v1";
}

public sealed record OrderConfirmed(Guid Order, Guid Buyer)
{
    public const string EventType = "orders.order-confirmed.v1";
}

/// <param name="Reason">See <see cref="CancelReasons"/>.</param>
public sealed record OrderCancelled(
    Guid Order,
    Guid Buyer,
    [property: AllowedValues(
        CancelReasons.OutOfStock, CancelReasons.PaymentDeclined, CancelReasons.Buyer, CancelReasons.Operator,
        CancelReasons.StockTimeout, CancelReasons.PaymentTimeout, CancelReasons.ReservationExpired,
        CancelReasons.UserErased, CancelReasons.PaymentRefunded)]
    string Reason)
{
    public const string EventType = "orders.order-cancelled.v1";
}

public sealed record OrderShipped(Guid Order, Guid Buyer)
{
    public const string EventType = "orders.order-shipped.v1";
}

public static class CancelReasons
{
    public const string OutOfStock = "out-of-stock";
    public const string PaymentDeclined = "payment-declined";
    public const string Buyer = "buyer";

    /// <summary>The shop cancelled it; why, in words, stands with the order.</summary>
    public const string Operator = "operator";
    public const string StockTimeout = "stock-timeout";
    public const string PaymentTimeout = "payment-timeout";
    public const string ReservationExpired = "reservation-expired";
    public const string UserErased = "user-erased";

    /// <summary>The payment went back although the order stood.</summary>
    public const string PaymentRefunded = "payment-refunded";
}
