using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>The events that the world may hear of. What is not listed here never leaves the shop.</summary>
internal static class PublicTypes
{
    public static IReadOnlyList<PublicEventType> All { get; } =
    [
        new(PublicOrderPlaced.Type, "order", typeof(PublicOrderPlaced), "A customer has placed an order."),
        new(PublicOrderConfirmed.Type, "order", typeof(PublicOrderConfirmed),
            "The order is paid and its stock is set aside."),
        new(PublicOrderCancelled.Type, "order", typeof(PublicOrderCancelled),
            "The order will not be fulfilled; what was paid goes back."),
        new(PublicOrderShipped.Type, "order", typeof(PublicOrderShipped), "The order is on its way."),
        new(PublicStockLow.Type, "sku", typeof(PublicStockLow),
            "What is on the shelf fell to the level at which it is ordered again."),
        new(PublicCustomerErased.Type, "customer", typeof(PublicCustomerErased),
            "The customer's account is gone; erase what you keep of it."),
    ];

    /// <summary>Sent without being registered for.</summary>
    public static PublicEventType Test { get; } = new(
        PublicTest.Type, "endpoint", typeof(PublicTest), "Somebody tries out the endpoint.");

    public static bool Has(string type) => All.Any(each => each.Name == type);
}

/// <param name="Key">The member of the data that says what it is about.</param>
internal sealed record PublicEventType(string Name, string Key, Type Data, string Description);
