using Microsoft.Playwright;
using Xunit;

namespace Tessera.Web.Tests;

/// <summary>What people do at the checkout.</summary>
internal static class Checkouts
{
    /// <summary>What is typed, in the order of the page.</summary>
    public static readonly (string Field, string Text)[] Home =
    [
        ("address-Name", "Ada Lovelace"), ("address-Line1", "12 St James's Square"),
        ("address-PostalCode", "SW1Y 4JH"), ("address-City", "London"), ("address-Country", "England"),
    ];

    public static Task FillAddressAsync(this Visitor visitor, string name = "Ada Lovelace") =>
        visitor.Page.FillAddressAsync(name);

    public static async Task FillAddressAsync(this IPage page, string name = "Ada Lovelace")
    {
        foreach (var (field, text) in Home)
            await page.GetByTestId(field).FillAsync(field == "address-Name" ? name : text);
    }

    /// <summary>What looks for faults is a script itself, and waits for ever where there are none.</summary>
    public static async Task IsAccessibleAsync(this Visitor visitor, bool scripts)
    {
        var faults = scripts ? await visitor.SeriousFaultsAsync() : [];
        Assert.True(faults.Length == 0, string.Join("\n", faults));
    }

    /// <summary>Places the order; says where it goes when that is asked for.</summary>
    public static async Task PlaceAsync(this Visitor visitor)
    {
        if (await visitor.At("address-Name").IsVisibleAsync()) await visitor.FillAddressAsync();
        await visitor.At("place").ClickAsync();
    }
}
