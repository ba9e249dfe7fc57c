using System.Globalization;
using Microsoft.Playwright;

namespace Tessera.Web.Tests.Buying;

/// <summary>What a customer sees of an order, and what nobody else does.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class OrderPageTests(ShopInBrowser shop)
{
    [Fact]
    public async Task Nobody_is_told_that_there_is_an_order_of_somebody_else()
    {
        var sku = await shop.Shop.NewProductAsync();
        var other = await shop.Shop.NewBuyerAsync();
        var order = await shop.Shop.PlaceAsync(other, sku, 3);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        Assert.Equal(404, await visitor.GoAsync($"/orders/{order.Id}"));
        await Assertions.Expect(visitor.At("fault")).ToBeVisibleAsync();
        var page = await visitor.Page.ContentAsync();
        foreach (var part in new[] { sku, "7.50", "order-state", "order-lines" })
            Assert.DoesNotContain(part, page, StringComparison.Ordinal);
        Assert.Equal(404, (await visitor.Page.APIRequest.GetAsync($"/orders/{order.Id}/events")).Status);
        foreach (var deed in new[] { "cancel", "again" })
        {
            var answer = await visitor.Page.APIRequest.PostAsync($"/orders/{order.Id}/{deed}", new()
            {
                Headers = [new("Sec-Fetch-Site", "same-origin")],
            });
            Assert.Equal(404, answer.Status);
        }
        await shop.Shop.BecomesAsync(other, order.Id, "Confirmed");
    }

    [Fact]
    public async Task Confirms_without_scripts_what_was_ordered_and_looks_again_by_a_link()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await visitor.GoAsync("/checkout");
        await Assertions.Expect(visitor.Page.GetByText("This is a demonstration: payment is simulated"))
            .ToBeVisibleAsync();
        await visitor.PlaceAsync();
        await Testing.Eventually.HoldsAsync("the order is confirmed", async () =>
        {
            await visitor.At("refresh").ClickAsync();
            return await visitor.At("order-state").GetAttributeAsync("data-state") == "Confirmed";
        });
        Assert.EndsWith(
            "/orders/" + await visitor.At("order-number").InnerTextAsync(), visitor.Page.Url, StringComparison.Ordinal);
        var line = visitor.At("order-lines").GetByRole(AriaRole.Listitem).First;
        await Assertions.Expect(line).ToContainTextAsync($"2 × Test {sku}");
        await Assertions.Expect(line).ToContainTextAsync("£5.00");
        // Whose clock it is the browser alone knows, and only a script asks it.
        await Assertions.Expect(visitor.At("history").Locator("time").First).ToContainTextAsync(" UTC");
        await Assertions.Expect(visitor.At("delivery")).ToHaveTextAsync("Standard delivery");
        await Assertions.Expect(visitor.At("delivery-price")).ToHaveTextAsync("£3.90");
        await Assertions.Expect(visitor.At("tax")).ToHaveTextAsync("Includes £1.48 tax (20 %)");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£8.90");
        foreach (var (_, text) in Checkouts.Home)
            await Assertions.Expect(visitor.At("order-address")).ToContainTextAsync(text);
    }

    /// <summary>Or a screen reader would not read it: it tells of changes in a place that it knows.</summary>
    [Fact]
    public async Task Tells_the_new_state_where_the_old_one_stood()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        var place = await visitor.At("order-state").ElementHandleAsync();
        Assert.Equal("status", await place.GetAttributeAsync("role"));
        var tab = await visitor.NewTabAsync();
        await tab.GotoAsync(visitor.Page.Url);
        await tab.GetByTestId("cancel").ClickAsync();
        await visitor.BecomesAsync("Cancelled");
        Assert.True(await place.EvaluateAsync<bool>("it => it.isConnected && it.matches('.bad')"));
        Assert.StartsWith("Cancelled.", (await place.InnerTextAsync()).Trim(), StringComparison.Ordinal);
        await Assertions.Expect(visitor.At("cancel")).ToHaveCountAsync(0);
        await Assertions.Expect(visitor.At("again")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Says_that_it_is_too_late_to_cancel_what_was_sent_meanwhile()
    {
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed", reloads: true);
        var order = await visitor.At("order-number").InnerTextAsync();
        await Testing.Eventually.HoldsAsync("the order is sent", async () =>
        {
            using var sent = await shop.Shop.TryAsync(
                HttpMethod.Post, $"/api/v1/orders/{order}/ship", null, shop.Shop.Operator);
            return sent.IsSuccessStatusCode;
        });
        await visitor.At("cancel").ClickAsync();
        await Assertions.Expect(visitor.At("order-fault")).ToHaveTextAsync("This order can no longer be cancelled.");
        await Assertions.Expect(visitor.At("order-state")).ToHaveAttributeAsync("data-state", "Shipped");
        await Assertions.Expect(visitor.At("cancel")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Lists_older_orders_on_the_next_page()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        var buyer = await shop.Shop.SignInAsync(await visitor.SignInNewAsync(), Visitor.Password);
        List<Guid> placed = [];
        for (var number = 0; number < 22; number++) placed.Insert(0, (await shop.Shop.PlaceAsync(buyer, sku)).Id);
        await visitor.GoAsync("/orders");
        Assert.Equal(placed[..20], await OrdersAsync());
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Show more" }).ClickAsync();
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        Assert.Equal(placed[20..], await OrdersAsync());
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Show more" }))
            .ToHaveCountAsync(0);

        async Task<IEnumerable<Guid>> OrdersAsync() => (await visitor.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('[data-test=orders] a')].map(each => each.pathname.split('/').at(-1))"))
            .Select(Guid.Parse);
    }

    [Theory]
    [InlineData("de-DE", "d. MMMM yyyy", "6,40 £", "Warenkorb, 1 Stück")]
    [InlineData("fr-FR", "d MMMM yyyy", "6,40 £", "Panier, 1 article")]
    [InlineData("ja-JP", "yyyy年M月d日", "£6.40", "カート, 1 点")]
    public async Task Tells_each_reader_the_day_the_time_the_sum_and_the_number_as_they_write_them(
        string language, string day, string sum, string basket)
    {
        // Half an hour beside all others, and without a summer time.
        await using var visitor = await shop.NewVisitorAsync(language: language, zone: "Asia/Kolkata");
        await visitor.SignInNewAsync();
        await visitor.GoAsync($"/products/{await shop.Shop.NewProductAsync()}");
        await visitor.At("add").ClickAsync();
        await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync(basket);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        var first = visitor.At("history").Locator("time").First;
        var at = DateTimeOffset.Parse((await first.GetAttributeAsync("datetime"))!, CultureInfo.InvariantCulture);
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(
            at.ToString(day, CultureInfo.GetCultureInfo(language)));
        var here = at.ToOffset(new TimeSpan(5, 30, 0));
        await Assertions.Expect(first).ToContainTextAsync(here.ToString("HH:mm", CultureInfo.InvariantCulture));
        if (here.Date != at.UtcDateTime.Date)
        {
            await Assertions.Expect(first).ToContainTextAsync(
                here.ToString(day, CultureInfo.GetCultureInfo(language)));
        }
        Assert.Equal(sum, (await visitor.At("total").InnerTextAsync()).Replace('\u00a0', ' '));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_German_reader_orders_by_German_words_alone(bool hasAccount, bool scripts)
    {
        await using var visitor = await shop.NewVisitorAsync(scripts, language: "de-DE");
        var page = visitor.Page;
        await visitor.GoAsync($"/products/{await shop.Shop.NewProductAsync()}");
        await ClickAsync(AriaRole.Button, "In den Warenkorb");
        await ClickAsync(AriaRole.Link, "Zum Warenkorb");
        await ClickAsync(AriaRole.Link, "Zur Kasse");
        await HeadingAsync("Anmelden");
        if (hasAccount)
        {
            var email = $"leserin-{Guid.NewGuid():N}@example.org";
            await ClickAsync(AriaRole.Link, "Konto anlegen");
            await HeadingAsync("Konto anlegen");
            await FillAsync(("Name (freiwillig)", "Gisela"), ("E-Mail-Adresse", email), ("Passwort", "kurz"));
            await ClickAsync(AriaRole.Button, "Konto anlegen");
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(
                "Ein Passwort hat 10 bis 128 Zeichen.");
            await FillAsync(("Passwort", Visitor.Password));
            await ClickAsync(AriaRole.Button, "Konto anlegen");
            await HeadingAsync("Sehen Sie in Ihre E-Mails");
            await ClickAsync(AriaRole.Link, "Anmelden");
            await FillAsync(("E-Mail-Adresse", email), ("Passwort", Visitor.Password));
            await ClickAsync(AriaRole.Button, "Anmelden");
        }
        else
        {
            await ClickAsync(AriaRole.Link, "Ohne Konto bestellen");
            await HeadingAsync("Ohne Konto bestellen");
            await FillAsync(("E-Mail-Adresse", "gisela@example.org"));
            await ClickAsync(AriaRole.Button, "Weiter zur Bestellung");
        }
        await HeadingAsync("Kasse");
        await FillAsync(
            ("Name", "Gisela Weber"), ("Straße und Hausnummer", "Am Markt 1"), ("Postleitzahl", "99423"),
            ("Ort", "Weimar"), ("Land", "Deutschland"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Zahlungspflichtig bestellen" }).ClickAsync();
        await visitor.BecomesAsync("Confirmed", reloads: !scripts);
        await Assertions.Expect(visitor.At("order-state")).ToContainTextAsync("Bezahlt und bestätigt. Vielen Dank!");
        await ClickAsync(AriaRole.Button, "Abmelden", AriaRole.Banner);
        // The browser tells of the form that was refused, too.
        Assert.DoesNotContain(visitor.Complaints, said => !said.Contains("422", StringComparison.Ordinal));

        Task ClickAsync(AriaRole role, string name, AriaRole within = AriaRole.Main) => page.GetByRole(within)
            .GetByRole(role, new() { Name = name, Exact = true }).ClickAsync();

        Task HeadingAsync(string text) => Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToHaveTextAsync(text);

        async Task FillAsync(params (string Label, string Text)[] fields)
        {
            foreach (var (label, text) in fields)
                await page.GetByLabel(label, new() { Exact = true }).FillAsync(text);
        }
    }

    [Fact]
    public async Task Is_printed_black_on_white_with_all_that_was_ordered_and_nothing_to_click()
    {
        await using var visitor = await shop.NewVisitorAsync(colors: ColorScheme.Dark);
        await visitor.SignInNewAsync();
        var sku = await shop.Shop.NewProductAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        await Assertions.Expect(visitor.At("cancel")).ToBeVisibleAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        var seen = await visitor.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll("header, footer, nav, button, .button, .skip, input")]
                .filter(each => each.checkVisibility()).map(each => each.outerHTML)
            """);
        Assert.Empty(seen);
        foreach (var part in new[] { "order-number", "order-state", "order-address", "delivery", "history" })
            await Assertions.Expect(visitor.At(part)).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At("order-lines")).ToContainTextAsync($"2 × Test {sku}");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£8.90");
        foreach (var part in new[] { "total", "order-state", "order-address", "order-lines" })
        {
            // Of what is written, and of all that lies behind it.
            var colors = await visitor.At(part).EvaluateAsync<string[]>(
                """
                it => {
                    const found = [getComputedStyle(it).color];
                    for (let each = it; each; each = each.parentElement)
                        found.push(getComputedStyle(each).backgroundColor);
                    return found.filter(each => each !== "rgba(0, 0, 0, 0)");
                }
                """);
            Assert.Equal("rgb(0, 0, 0)", colors[0]);
            Assert.All(colors[1..], ground => Assert.Equal("rgb(255, 255, 255)", ground));
        }
        await visitor.ShowAsync("order-printed");
    }
}
