using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>All that an order costs, and what of it is what.</summary>
internal sealed record OrderTerms(Basket Basket, AgreedDelivery? Delivery, IReadOnlyList<TaxShare> Taxes)
{
    public string Currency => Basket.Currency;

    public long DeliveryMinor => Delivery?.PriceMinor ?? 0;

    public long TotalMinor => Basket.TotalMinor + DeliveryMinor;
}
