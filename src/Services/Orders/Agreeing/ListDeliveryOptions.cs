using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>GET /orders/delivery-options, for everybody: what delivery costs is known before anything is ordered.
/// </summary>
internal static class ListDeliveryOptions
{
    public static Ok<DeliveryOptionsView> Handle(
        IOptions<DeliverySettings> delivery, IOptions<TaxSettings> tax, IOptions<ShopOptions> shop) =>
        TypedResults.Ok(new DeliveryOptionsView(
            [
                .. delivery.Value.Offered.Select(option =>
                    new DeliveryOptionView(option.Name, option.PriceMinor, option.NeedsAddress)),
            ],
            shop.Value.Currency, tax.Value.RatePercent, tax.Value.OfDelivery));
}
