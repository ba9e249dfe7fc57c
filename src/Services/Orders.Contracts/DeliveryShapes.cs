using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Tessera.Orders.Contracts;

/// <summary>Where an order goes, as its label says. A copy: what the buyer's account keeps may change.</summary>
/// <param name="Name">Who takes it in.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DeliveryAddress(
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: Required, StringLength(100, MinimumLength = 1)] string Line1,
    [property: StringLength(100)] string? Line2,
    [property: Required, StringLength(80, MinimumLength = 1)] string City,
    [property: Required, StringLength(20, MinimumLength = 1)] string PostalCode,
    [property: Required, StringLength(60, MinimumLength = 2)] string Country);

/// <summary>GET /orders/delivery-options: what may be chosen now, the usual one first.</summary>
/// <param name="TaxPercent">The rate that prices of products include.</param>
/// <param name="DeliveryTaxPercent">The rate that prices of delivery include.</param>
public sealed record DeliveryOptionsView(
    IReadOnlyList<DeliveryOptionView> Options, string Currency, decimal TaxPercent, decimal DeliveryTaxPercent);

/// <param name="PriceMinor">Tax included.</param>
/// <param name="NeedsAddress">False where the buyer fetches it.</param>
public sealed record DeliveryOptionView(string Name, long PriceMinor, bool NeedsAddress)
{
    public const string NamePattern = "^[a-z][a-z0-9-]{0,31}$";
}

/// <summary>What was agreed at the placing.</summary>
/// <param name="PriceMinor">Tax included; part of the order's total.</param>
public sealed record AgreedDelivery(string Option, long PriceMinor);

/// <param name="GrossMinor">How much of the total has this rate, tax included.</param>
/// <param name="TaxMinor">The tax in it.</param>
public sealed record TaxShare(decimal RatePercent, long GrossMinor, long TaxMinor);
