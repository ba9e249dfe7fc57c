using Microsoft.Playwright;

namespace Tessera.Web.Tests;

/// <summary>What people do at the checkout.</summary>
internal static class Checkouts
{
    public static Task FillAddressAsync(this Visitor visitor, string name = "Ada Lovelace") =>
        visitor.Page.FillAddressAsync(name);

    public static async Task FillAddressAsync(this IPage page, string name = "Ada Lovelace")
    {
        await page.GetByTestId("address-Name").FillAsync(name);
        await page.GetByTestId("address-Line1").FillAsync("12 St James's Square");
        await page.GetByTestId("address-PostalCode").FillAsync("SW1Y 4JH");
        await page.GetByTestId("address-City").FillAsync("London");
        await page.GetByTestId("address-Country").FillAsync("England");
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
