using System.Globalization;
using Tessera.Orders.Contracts;
using Tessera.Web.Calling;
using Tessera.Web.Pages.Profile;

namespace Tessera.Web.Pages.Buying;

/// <summary>What stands on the page, and comes back from it.</summary>
/// <param name="Shown">The delivery whose price is in the total that the buyer sees, and that price: without scripts
/// another one may be chosen than the page reckoned with.</param>
/// <param name="To">The id of one of the buyer's addresses, or <see cref="NewAddress"/>.</param>
/// <param name="IsKept">Whether a new address is to be kept in the account.</param>
public sealed record CheckoutForm(
    Guid Edition, IReadOnlyList<CheckoutLine> Lines, string Currency, (string Name, long PriceMinor)? Shown,
    string? Delivery, string? To, AddressForm Address, bool IsKept, string? Method)
{
    public const string NewAddress = "new";
    private const int LinesMax = 200;
    private const int QuantityMax = 100_000; // As many as an order takes of one product.

    public long LinesMinor => Lines.Sum(line => line.PriceMinor * line.Quantity);

    public long TotalMinor => LinesMinor + (Shown?.PriceMinor ?? 0);

    public static CheckoutForm Of(Guid edition, BasketContents basket) => new(
        edition,
        [.. basket.Orderable.Select(item =>
            new CheckoutLine(item.Line.Sku, item.Line.Quantity, item.Name, item.PriceMinor))],
        basket.Currency, null, null, null, AddressForm.Empty, IsKept: true, "tok_ok");

    /// <summary>As it was sent, SKU, quantity and price of each line; null when a page of ours did not.</summary>
    internal static async Task<CheckoutForm?> ReadAsync(
        IFormCollection sent, string currency, KeptCatalog catalog, CancellationToken stop)
    {
        if (!Guid.TryParse(sent["edition"], out var edition) || sent["line"].Count is 0 or > LinesMax) return null;
        var lines = new CheckoutLine[sent["line"].Count];
        for (var at = 0; at < lines.Length; at++)
        {
            if (sent["line"][at]!.Split('*') is not [var sku, var many, var cost]
                || !int.TryParse(many, NumberStyles.None, CultureInfo.InvariantCulture, out var quantity)
                || quantity is 0 or > QuantityMax
                || !TryReadPrice(cost, out var price))
            {
                return null;
            }
            lines[at] = new CheckoutLine(sku, quantity, sku, price);
        }
        await catalog.ForEachAsync(lines.Select(line => line.Sku).ToList(), (at, product) =>
            lines[at] = lines[at] with { Name = product.Value?.Name ?? lines[at].Sku }, stop);
        (string, long)? shown =
            sent["shown"].ToString().Split('*') is [{ Length: > 0 } name, var text] && TryReadPrice(text, out var minor)
                ? (name, minor)
                : null;
        return new CheckoutForm(
            edition, lines, currency, shown, sent["delivery"], sent["to"], AddressForm.Of(sent),
            sent["keep"] == "yes", sent["method"]);
    }

    /// <summary>What the basket is made of now, and whatever else was typed before.</summary>
    public CheckoutForm As(IFormCollection typed) => this with
    {
        Delivery = typed["delivery"], To = typed["to"], Address = AddressForm.Of(typed),
        IsKept = typed["keep"] == "yes", Method = typed["method"],
    };

    /// <summary>With the total of the delivery that is chosen, or of the usual one.</summary>
    public CheckoutForm Reckoned(DeliveryOptionsView? delivery)
    {
        var option = OptionOf(delivery) ?? delivery?.Options[0];
        return option is null ? this : this with { Delivery = option.Name, Shown = (option.Name, option.PriceMinor) };
    }

    public DeliveryOptionView? OptionOf(DeliveryOptionsView? delivery) =>
        delivery?.Options.FirstOrDefault(option => option.Name == Delivery);

    public IReadOnlyList<TaxShare> Taxes(DeliveryOptionsView delivery) => IncludedTax.Shares(
        (LinesMinor, delivery.TaxPercent), (Shown?.PriceMinor ?? 0, delivery.DeliveryTaxPercent));

    public CheckoutForm At(IReadOnlyDictionary<string, long> prices) => this with
    {
        Lines =
        [
            .. Lines.Select(line => line with
            {
                PriceMinor = prices.GetValueOrDefault(line.Sku, line.PriceMinor),
            }),
        ],
    };

    public CheckoutForm Without(HashSet<string> unsold) =>
        this with { Lines = [.. Lines.Where(line => !unsold.Contains(line.Sku))] };

    private static bool TryReadPrice(string text, out long minor) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out minor)
        && minor <= 100_000_000; // What a page of ours says lies far below; sums of the lines cannot overflow.
}

public sealed record CheckoutLine(string Sku, int Quantity, string Name, long PriceMinor)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sku}*{Quantity}*{PriceMinor}");
}
