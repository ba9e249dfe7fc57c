using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.EndToEnd;
using Tessera.Users.Contracts;

namespace Tessera.Web.Tests.Operators;

/// <summary>Products, customers, acting for one, and the record of it.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class CustomerPagesTests(ShopInBrowser shop)
{
    [Fact]
    public async Task A_product_shows_its_price_and_what_there_is_of_it()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku, 2);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await me.At("nav-products").ClickAsync();
        // By their codes: other tests make more than a page of them, which this one may not be on.
        await Assertions.Expect(me.At("products").Locator("tr").Nth(1)).ToContainTextAsync("GBP");
        await me.At("q").FillAsync(sku.ToLowerInvariant());
        await me.At("find").ClickAsync();
        await Assertions.Expect(me.At("price")).ToContainTextAsync("GBP");
        await Testing.Eventually.HoldsAsync("the stock has left the shelf", async () =>
        {
            await me.Page.ReloadAsync();
            return await me.At("sold").InnerTextAsync() == "2" && await me.At("held").InnerTextAsync() == "0";
        });
        await Assertions.Expect(me.At("movements").Locator("tr", new() { HasText = "received" }).First)
            .ToContainTextAsync("+");
        var moved = me.At("movements").Locator("tr", new() { HasText = order.Id.ToString() });
        await Assertions.Expect(moved).ToHaveTextAsync([new Regex("sold"), new Regex(@"held\s+−2")]);
        await me.ShowAsync("console-product");
        await me.At("orders").ClickAsync();
        await Assertions.Expect(me.At("orders")).ToContainTextAsync(order.Id.ToString());
        Assert.Equal(404, await me.GoAsync("/ops/products/NO-SUCH-PRODUCT"));
        Assert.Equal(404, await me.GoAsync("/ops/products/no%20code"));
        await me.GoAsync("/ops/products?q=zzzzqqqq%20nothing");
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_low_is_listed_by_what_is_on_hand_with_its_name(bool scripts)
    {
        var (few, many) = (await shop.Shop.NewProductAsync(stock: 1), await shop.Shop.NewProductAsync(stock: 400));
        await using var me = await shop.NewOperatorAsync(scripts);
        await me.GoAsync("/ops/products");
        await me.At("below").FillAsync("2");
        await me.At("low").ClickAsync();
        await Assertions.Expect(me.At("count")).ToContainTextAsync("fewer than 2");
        // Other tests sell out what they sell: there may be more than a page of it.
        while (await me.At("products").Locator("tr", new() { HasText = few }).CountAsync() == 0)
        {
            var page = me.Page.Url;
            await me.At("more").ClickAsync();
            await me.Page.WaitForURLAsync(url => url != page); // With all its rows.
        }
        var row = me.At("products").Locator("tr", new() { HasText = few });
        await Assertions.Expect(row.Locator("td").Nth(1)).ToHaveTextAsync("1");
        await Assertions.Expect(row.Locator("td").First).Not.ToHaveTextAsync("–");
        Assert.Equal(0, await me.At("products").Locator("tr", new() { HasText = many }).CountAsync());
        if (scripts) await me.ShowAsync("console-low-stock");
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(me.At("on-hand")).ToHaveTextAsync("1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_operator_acts_for_a_customer_with_a_banner_and_a_record_that_outlives_a_restart(bool scripts)
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var first = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, first.Id, "Confirmed");
        var customer = Operating.IdOf(buyer);
        var why = $"asked by telephone, {Guid.NewGuid():N}";
        await using var me = await shop.NewOperatorAsync(scripts);
        await me.GoAsync($"/ops/customers?q={customer}");
        await Assertions.Expect(me.At("email")).ToContainTextAsync("•••@e•••");
        await Assertions.Expect(me.At("orders")).ToContainTextAsync(first.Id.ToString());
        Assert.Equal(0, await me.At("acting").CountAsync());
        await me.At("reason").FillAsync("  ");
        await me.At("act").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("say why");
        await me.At("reason").FillAsync(why);
        await me.At("act").ClickAsync();
        await Assertions.Expect(me.At("acting")).ToContainTextAsync(customer.ToString());
        if (scripts) await me.ShowAsync("console-acting");

        await me.At("sku").FillAsync("NO-SUCH");
        await me.At("place").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("Not done");
        await me.At("sku").FillAsync(sku);
        await me.At("delivery").SelectOptionAsync("standard");
        Assert.Equal(0, await me.At("address").CountAsync());
        await me.At("place").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("'standard' needs an address");
        await shop.Shop.SendAsync(
            HttpMethod.Post, "/api/v1/users/me/addresses",
            new AddressRequest("1 Harbour Road", null, "Leith", "EH6", "Scotland", "A. Customer"), buyer);
        await me.GoAsync("/ops/acting");
        await me.At("sku").FillAsync(sku);
        await me.At("delivery").SelectOptionAsync("standard");
        await me.At("reference").FillAsync("by telephone");
        await me.At("place").ClickAsync();
        await Assertions.Expect(me.At("done")).ToBeVisibleAsync();
        var order = Guid.Parse((await me.Page.Locator("[data-test=done] a").InnerTextAsync()).Trim());
        var placed = await shop.Shop.BecomesAsync(buyer, order, "Confirmed"); // It is the customer's.
        Assert.Equal(("standard", "1 Harbour Road"), (placed.Delivery?.Option, placed.Address?.Line1));
        await me.GoAsync("/ops/orders"); // On every page.
        await Assertions.Expect(me.At("acting")).ToBeVisibleAsync();
        await me.GoAsync("/ops/acting");
        await me.Page.Locator("tr", new() { HasText = order.ToString() }).GetByTestId("cancel").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync(order.ToString());
        await me.At("end-acting").ClickAsync();
        Assert.Equal(0, await me.At("acting").CountAsync());
        await me.GoAsync("/ops/acting");
        await Assertions.Expect(me.Page).ToHaveURLAsync($"http://127.0.0.1:{shop.Port}/ops/customers");

        if (scripts) await shop.RunAsync("restart", "users");
        await me.GoAsync("/ops/record");
        await Assertions.Expect(me.At("acted").Locator("tr", new() { HasText = why }))
            .ToContainTextAsync(customer.ToString());
        await Assertions.Expect(me.At("order-acts").Locator("tr", new() { HasText = order.ToString() }))
            .ToHaveCountAsync(2);
        await Assertions.Expect(me.At("order-acts").Locator("tr", new() { HasText = order.ToString() }).First)
            .ToContainTextAsync("the buyer cancelled it");
        if (scripts) await me.ShowAsync("console-record");
    }

    [Fact]
    public async Task Nobody_acts_for_an_operator_and_a_number_of_nobody_is_told()
    {
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/customers?q={Guid.NewGuid()}");
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
        Assert.Equal(404, await me.GoAsync($"/ops/customers/{Guid.NewGuid()}"));
        await me.GoAsync("/ops/customers?q=17850x");
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_a_customer_tried_at_the_console_stands_on_the_record()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        Assert.Equal(404, await visitor.GoAsync("/ops/customers"));
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync("/ops/record");
        await Assertions.Expect(me.At("refused").Locator("tr", new() { HasText = "GET /ops/customers" }).First)
            .ToContainTextAsync("no operator");
    }

    [Fact]
    public async Task An_order_s_log_lines_stand_beside_its_story()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order.Id}");
        await me.At("log").ClickAsync();
        await Assertions.Expect(me.Page.Locator("[data-test=log-line][data-process=orders]").First)
            .ToContainTextAsync(order.Id.ToString());
        await me.ShowAsync("console-log");
        Assert.Equal(404, await me.GoAsync($"/ops/orders/{Guid.NewGuid()}/log"));
    }
}
