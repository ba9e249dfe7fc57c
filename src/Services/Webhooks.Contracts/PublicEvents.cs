using System.ComponentModel.DataAnnotations;

namespace Tessera.Webhooks.Contracts;

/// <summary>The body of a webhook, as Standard Webhooks has it.</summary>
/// <param name="Type">Such as <c>order.placed.v1</c>. A shape never changes but by members that are added; anything
/// else is a new version, sent beside the old one to who asks for it.</param>
/// <param name="Timestamp">When it happened.</param>
public sealed record PublicEvent<TData>(string Type, DateTimeOffset Timestamp, TData Data);

/// <param name="Customer">Names no person: a number by which the shop's own interface knows the buyer.</param>
/// <param name="TotalMinor">The lines and the delivery, tax included.</param>
public sealed record PublicOrderPlaced(
    Guid Order, Guid Customer, IReadOnlyList<PublicOrderLine> Lines, long DeliveryMinor, long TotalMinor,
    string Currency, DateTimeOffset PlacedAt)
{
    public const string Type = "order.placed.v1";
}

public sealed record PublicOrderLine(string Sku, int Quantity, long UnitPriceMinor);

/// <summary>It is paid, and its stock is set aside.</summary>
public sealed record PublicOrderConfirmed(Guid Order, Guid Customer)
{
    public const string Type = "order.confirmed.v1";
}

/// <param name="Reason"><c>out-of-stock</c>, <c>payment-declined</c>, <c>customer</c>, <c>shop</c>, <c>timeout</c>,
/// <c>customer-erased</c>, <c>payment-refunded</c>, or <c>other</c>.</param>
public sealed record PublicOrderCancelled(
    Guid Order, Guid Customer,
    [property: AllowedValues(
        "out-of-stock", "payment-declined", "customer", "shop", "timeout", "customer-erased", "payment-refunded",
        "other")]
    string Reason)
{
    public const string Type = "order.cancelled.v1";
}

public sealed record PublicOrderShipped(Guid Order, Guid Customer)
{
    public const string Type = "order.shipped.v1";
}

/// <summary>What is on the shelf fell to the level at which it is ordered again, or below.</summary>
public sealed record PublicStockLow(string Sku, long OnHand)
{
    public const string Type = "stock.low.v1";
}

/// <summary>The account is gone: whoever keeps something about the customer erases it.</summary>
public sealed record PublicCustomerErased(Guid Customer)
{
    public const string Type = "customer.erased.v1";
}

/// <summary>Sent when somebody asks for it, and at no other time; nobody needs to register for it.</summary>
public sealed record PublicTest(Guid Endpoint)
{
    public const string Type = "webhook.test.v1";
}
