using Microsoft.Playwright;
using Tessera.EndToEnd;
using Tessera.Web.Tests.Operators;

namespace Tessera.Web.Tests;

/// <summary>What people type into the pages of the shop and of the console stays out of every log of the store, and so
/// does what their browsers are known by.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class SilentLogTests(ShopInBrowser shop)
{
    private readonly List<string> _planted = [];

    [Fact]
    public async Task No_log_holds_what_was_typed_into_a_page_nor_a_cookie()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await BuyAsync(visitor, sku);
        await using var me = await shop.NewOperatorAsync();
        await OperateAsync(me);
        var cookies = (await visitor.CookiesAsync()).Concat(await me.CookiesAsync())
            .Select(cookie => cookie.Value).Where(value => value.Length >= 16).ToList();
        Assert.NotEmpty(cookies);

        // Lines come in their order: once the last request is there, so are those before it.
        var last = $"/last-{Guid.NewGuid():N}";
        await visitor.GoAsync(last);
        var log = "";
        await Testing.Eventually.HoldsAsync("the last request is logged", async () =>
            (log = await LogsAsync()).Contains(last, StringComparison.Ordinal));
        Assert.DoesNotContain(_planted, value => log.Contains(value, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(cookies, value => log.Contains(value, StringComparison.Ordinal));
        Assert.DoesNotContain("eyJ", log, StringComparison.Ordinal); // So begins every token.
    }

    private async Task BuyAsync(Visitor visitor, string sku)
    {
        var (email, password) = ($"{Plant()}@example.org", Plant() + " long enough");
        await visitor.GoAsync("/");
        await visitor.At("search").FillAsync(Plant());
        await visitor.At("search").PressAsync("Enter");
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/sign-in");
        await visitor.Page.GetByLabel("E-mail address").FillAsync(email);
        await visitor.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Plant());
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await visitor.Page.GetByLabel("E-mail address").FillAsync(email);
        await visitor.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Create the account" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await visitor.Page.GetByLabel("E-mail address").FillAsync(email);
        await visitor.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(visitor.At("my-orders")).ToBeVisibleAsync();
        await visitor.GoAsync("/profile");
        await visitor.At("name").FillAsync(Plant());
        await visitor.At("save-name").ClickAsync();
        await Assertions.Expect(visitor.At("name")).ToBeVisibleAsync();
        await visitor.At("add-address").ClickAsync();
        await FillAddressAsync(visitor);
        await visitor.At("save").ClickAsync();
        await Assertions.Expect(visitor.At("profile-done")).ToBeVisibleAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await Assertions.Expect(visitor.At("order-state")).ToBeVisibleAsync();
    }

    private async Task FillAddressAsync(Visitor visitor)
    {
        foreach (var field in new[] { "Name", "Line1", "City" })
            await visitor.At("address-" + field).FillAsync(Plant());
        await visitor.At("address-PostalCode").FillAsync("SW1Y 4JH");
        await visitor.At("address-Country").FillAsync("England");
    }

    private async Task OperateAsync(Visitor me)
    {
        await me.GoAsync("/ops/orders");
        await me.At("q").FillAsync(Plant());
        await me.At("q").PressAsync("Enter");
        await Assertions.Expect(me.At("q")).ToHaveValueAsync(_planted[^1]);
        var key = await shop.PoisonPaymentsAsync();
        foreach (var act in new[] { "replay", "discard" })
        {
            await Testing.Eventually.HoldsAsync("the poison is parked", async () =>
            {
                await me.GoAsync($"/ops/parked/payments/{act}?key={key}");
                return await me.At("do").CountAsync() == 1;
            });
            await me.At("reason").FillAsync(Plant());
            await me.At("do").ClickAsync();
            await Assertions.Expect(me.At("done")).ToBeVisibleAsync();
        }
    }

    private string Plant()
    {
        var value = $"planted{Guid.NewGuid():N}"[..20];
        _planted.Add(value);
        return value;
    }

    private async Task<string> LogsAsync()
    {
        var all = "";
        foreach (var file in Directory.EnumerateFiles(Path.Combine(shop.Data, "logs")))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            all += await reader.ReadToEndAsync();
        }
        return all;
    }
}
