namespace Tessera.Web.Pages;

/// <summary>A quantity as it was sent, and not taken.</summary>
/// <param name="Seen">The price that the visitor saw.</param>
/// <param name="Why">The key of the text that says why.</param>
public sealed record TypedQuantity(string Sku, string Quantity, string Seen, string Why)
{
    public bool IsWrong => Why == "basket.bad";

    internal static TypedQuantity Of(IFormCollection sent, string why) =>
        new(sent["sku"].ToString(), sent["quantity"].ToString(), sent["seen"].ToString(), why);
}
