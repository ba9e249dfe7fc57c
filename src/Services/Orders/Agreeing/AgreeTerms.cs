using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>Adds to the lines what the buyer chose beside them: how the order comes, and where to.</summary>
internal sealed class AgreeTerms(IOptions<DeliverySettings> delivery, IOptions<TaxSettings> tax)
{
    /// <summary>False, and why, when the choice is none.</summary>
    public bool TryAgree(
        Basket basket, WantedDelivery wanted, [NotNullWhen(true)] out OrderTerms? terms,
        [NotNullWhen(false)] out string? refusal)
    {
        terms = null;
        if (!TryChoose(wanted, out var chosen, out refusal)) return false;
        var agreed = chosen is null ? null : new AgreedDelivery(chosen.Name, chosen.PriceMinor);
        terms = new OrderTerms(basket, agreed, IncludedTax.Shares(
            (basket.TotalMinor, tax.Value.RatePercent), (agreed?.PriceMinor ?? 0, tax.Value.OfDelivery)));
        if (terms.TotalMinor <= Basket.TotalMinorMax) return true;
        refusal = Basket.TooDear(basket.Currency);
        return false;
    }

    private bool TryChoose(
        WantedDelivery wanted, out DeliveryOption? chosen, [NotNullWhen(false)] out string? refusal)
    {
        chosen = wanted.Option is null ? null : delivery.Value.Find(wanted.Option);
        refusal = (wanted, chosen) switch
        {
            ({ Option: null, HasAddress: true }, _) =>
                "An address is of no use without a delivery; GET /orders/delivery-options tells which there are.",
            ({ Option: { } name }, null) => $"There is no delivery option '{name}'. There are: {Names()}.",
            ({ HasAddress: false }, { NeedsAddress: true, Name: var name }) =>
                $"The delivery option '{name}' needs an address.",
            ({ HasAddress: true }, { NeedsAddress: false, Name: var name }) =>
                $"The delivery option '{name}' takes no address: what is not needed is not kept.",
            _ => null,
        };
        return refusal is null;
    }

    private string Names() => string.Join(", ", delivery.Value.Offered.Select(option => option.Name));
}

/// <param name="Option">The name that the buyer gave.</param>
internal sealed record WantedDelivery(string? Option, bool HasAddress);
