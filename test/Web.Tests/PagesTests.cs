using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tessera.Web.Tests;

/// <summary>What holds for every page, whatever it is about.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class PagesTests(ShopInBrowser shop)
{
    private const int NarrowestWidth = 320; // 1280 pixels at 400 %.
    private const double JumpMax = 0.1; // Cumulative layout shift.

    /// <summary>Of each page: a title of its own, one heading, the search (but for the pages of the account), nothing
    /// that axe-core finds serious, nothing that the keyboard does not reach, nothing that jumps, room on the narrowest
    /// screen, no word on the console, no request to elsewhere, and a policy that lets no foreign or inline script run.
    /// </summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Everybody_can_use_every_page(ColorScheme colors)
    {
        await using var visitor = await shop.NewVisitorAsync(colors: colors);
        var titles = new Dictionary<string, string>(StringComparer.Ordinal);
        var faults = new List<string>();
        await foreach (var (name, status) in WalkAsync(visitor))
        {
            var page = visitor.Page;
            var expected = name switch { "404" => 404, "sign-in-failed" => 400, _ => 200 };
            if (status != expected) faults.Add($"{name} came with {status}");
            var path = new Uri(page.Url).AbsolutePath;
            if (titles.TryGetValue(await page.TitleAsync(), out var other) && other != path)
                faults.Add($"{name} has the title of {other}");
            titles[await page.TitleAsync()] = path;
            if (await page.Locator("h1").CountAsync() != 1) faults.Add($"{name} has not one heading");
            if (!path.StartsWith("/account", StringComparison.Ordinal) && !await visitor.At("search").IsVisibleAsync())
                faults.Add($"{name} has no search");
            faults.AddRange((await visitor.SeriousFaultsAsync()).Select(fault => $"{name}: {fault}"));
            faults.AddRange((await UnreachedAsync(page)).Select(each => $"{name}: no key reaches {each}"));
            var jumped = await JumpAsync(page);
            if (jumped > JumpMax) faults.Add($"{name} jumps by {jumped}");
            await visitor.ShowAsync($"{name}-wide-{colors}");
            await page.SetViewportSizeAsync(NarrowestWidth, 700);
            var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (width > NarrowestWidth) faults.Add($"{name} is {width} pixels wide where {NarrowestWidth} are");
            faults.AddRange(await SmallTargetsAsync(page, name));
            await page.SetViewportSizeAsync(390, 844);
            await visitor.ShowAsync($"{name}-narrow-{colors}");
            await page.SetViewportSizeAsync(1280, 900);
            // What is refused shows on the console, and is meant to.
            var complaints = visitor.TakeComplaints().Where(said => status < 400 || !said.Contains($"{status}"));
            faults.AddRange(complaints.Select(said => $"{name}: {said}"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(titles.Count > 12, "The walk was cut short.");
    }

    /// <summary>What looks for faults is a script and does not run where none does: so the shop's own is kept away, and
    /// what stands there for who has none is shown.</summary>
    [Fact]
    public async Task Everybody_can_use_the_pages_on_the_way_to_an_order_without_scripts()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.Page.RouteAsync("**/*.js", route => route.AbortAsync());
        await visitor.Page.RouteAsync("**/checkout", async route =>
        {
            if (route.Request.Method != "GET")
            {
                await route.ContinueAsync();
                return;
            }
            var page = await route.FetchAsync();
            var shown = (await page.TextAsync()).Replace("noscript>", "div>", StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = page, Body = shown });
        });
        var faults = new List<string>();
        foreach (var path in new[] { "/", "/search", $"/products/{sku}", "/basket", "/checkout" })
        {
            Assert.Equal(200, await visitor.GoAsync(path));
            faults.AddRange(await visitor.SeriousFaultsAsync());
        }
        await Assertions.Expect(visitor.At("update")).ToBeVisibleAsync();
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed", reloads: true);
        faults.AddRange(await visitor.SeriousFaultsAsync());
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/search")]
    [InlineData("/nowhere")]
    [InlineData("/basket")]
    public async Task Tells_the_browser_to_run_nothing_that_is_not_the_shop_s(string path)
    {
        using var answer = await shop.Shop.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("*", policy, StringComparison.Ordinal);
    }

    /// <summary>As who had to sign in before the form was taken comes back.</summary>
    [Theory]
    [InlineData("/orders/01939d3e-2222-7000-8000-000000000002/cancel", "/orders/01939d3e-2222-7000-8000-000000000002")]
    [InlineData("/orders/01939d3e-2222-7000-8000-000000000002/again", "/orders/01939d3e-2222-7000-8000-000000000002")]
    [InlineData(
        "/orders/%C2%A001939d3e-2222-7000-8000-000000000002/again", "/orders/01939d3e-2222-7000-8000-000000000002")]
    [InlineData("/profile/name", "/profile")]
    [InlineData("/profile/addresses/01939d3e-2222-7000-8000-000000000002/remove", "/profile")]
    [InlineData("/basket/add", "/basket")]
    public async Task Leads_from_the_address_of_a_form_to_the_page_that_has_it(string form, string page)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        using var answer = await http.GetAsync(
            new Uri(shop.Shop.Http.BaseAddress!, form), TestContext.Current.CancellationToken);
        Assert.Equal((303, page), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/products/NO-SUCH-THING")]
    public async Task Has_the_ways_on_where_there_is_nothing(string path)
    {
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        Assert.Equal(404, await visitor.GoAsync(path));
        foreach (var way in new[] { "search", "sign-in", "basket-link", "language-de" })
            await Assertions.Expect(visitor.At(way)).ToBeVisibleAsync();
    }

    /// <summary>A link opens a page anew, and the browser begins at its top.</summary>
    [Fact]
    public async Task Leads_from_a_link_past_the_menu_to_the_content_with_two_keys()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/search?q={sku}");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Test " + sku }).ClickAsync();
        await Assertions.Expect(visitor.At("stock")).ToBeVisibleAsync();
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" }))
            .ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await visitor.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Home", await visitor.Page.EvaluateAsync<string>(
            "document.activeElement.closest('main') && document.activeElement.innerText"));
    }

    [Fact]
    public async Task Can_be_used_with_the_keyboard_alone()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        var email = await visitor.SignInNewAsync();
        await visitor.At("sign-out").ClickAsync();
        await Assertions.Expect(visitor.At("sign-in")).ToBeVisibleAsync();
        await visitor.GoAsync("/");
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" }))
            .ToBeFocusedAsync();
        await visitor.TabToAsync(visitor.At("search"));
        await visitor.Page.Keyboard.TypeAsync(sku);
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.Page).ToHaveURLAsync(new Regex("/search"));
        await visitor.TabToAsync(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Test " + sku }));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.Page).ToHaveURLAsync(new Regex("/products"));
        await visitor.TabToAsync(visitor.At("add"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.At("added")).ToBeVisibleAsync();
        await visitor.TabToAsync(visitor.At("basket-link"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.Page).ToHaveURLAsync(new Regex("/basket"));
        await visitor.TabToAsync(visitor.At("checkout"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.Page).ToHaveURLAsync(new Regex("/account/sign-in"));
        await TypeAsync(visitor, visitor.Page.GetByLabel("E-mail address"), email);
        await TypeAsync(visitor, visitor.Page.GetByLabel("Password", new() { Exact = true }), Visitor.Password);
        await visitor.TabToAsync(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.At("place")).ToBeVisibleAsync();
        await visitor.TabToAsync(visitor.At("delivery-standard"));
        await visitor.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(visitor.At("delivery-express")).ToBeCheckedAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£12.40");
        foreach (var (field, text) in Checkouts.Home)
        {
            await TypeAsync(visitor, visitor.At(field), text);
        }
        await visitor.TabToAsync(visitor.At("pay-tok_ok"));
        await visitor.Page.Keyboard.PressAsync("ArrowUp"); // From the first to the last.
        await Assertions.Expect(visitor.At("pay-tok_slow")).ToBeCheckedAsync();
        await visitor.Page.Keyboard.PressAsync("ArrowDown");
        await visitor.TabToAsync(visitor.At("place"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await visitor.BecomesAsync("Confirmed");
        await visitor.TabToAsync(visitor.At("cancel"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        await visitor.BecomesAsync("Cancelled");
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    private static async Task TypeAsync(Visitor visitor, ILocator field, string text)
    {
        await visitor.TabToAsync(field);
        await visitor.Page.Keyboard.TypeAsync(text);
    }

    [Theory]
    [InlineData("de-DE", "1.234,56 £", "Auf Lager")]
    [InlineData("fr-FR", "1\u202f234,56 £", "En stock")]
    [InlineData("ja-JP", "£1,234.56", "在庫あり")]
    public async Task Speaks_to_readers_in_their_language_and_counts_in_their_way(
        string language, string price, string stock)
    {
        var sku = await shop.Shop.NewProductAsync(priceMinor: 123_456);
        await using var visitor = await shop.NewVisitorAsync(language: language);
        await visitor.GoAsync($"/products/{sku}");
        await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", language[..2]);
        Assert.Contains(price, await visitor.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(visitor.At("stock")).ToHaveTextAsync(stock);
    }

    [Fact]
    public async Task Changes_the_language_and_stays_on_the_page()
    {
        var sku = await shop.Shop.NewProductAsync(priceMinor: 123_456);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/products/{sku}");
        await visitor.At("language-de").ClickAsync();
        await Assertions.Expect(visitor.Page).ToHaveURLAsync($"http://127.0.0.1:{shop.Port}/products/{sku}");
        await Assertions.Expect(visitor.Page.GetByText("1.234,56\u00a0£")).ToBeVisibleAsync();
        await visitor.GoAsync("/help");
        await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", "de");
        // Users' pages are of the same shop: what was chosen here holds there, and the other way round.
        await visitor.GoAsync("/sign-in?back=/help");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Anmelden" }))
            .ToBeVisibleAsync();
        var address = visitor.Page.Url;
        await visitor.At("language-fr").ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Se connecter" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page).ToHaveURLAsync(address);
        await visitor.GoAsync("/help");
        await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", "fr");
    }

    /// <summary>To each kind of page, and with the status that it came with.</summary>
    private async IAsyncEnumerable<(string Name, int Status)> WalkAsync(Visitor visitor)
    {
        var (sku, soldOut) = (await shop.Shop.NewProductAsync(), await shop.Shop.NewProductAsync(stock: 0));
        yield return ("home", await visitor.GoAsync("/"));
        yield return ("all", await visitor.GoAsync("/search"));
        yield return ("found", await visitor.GoAsync($"/search?q={sku}"));
        yield return ("not-found", await visitor.GoAsync("/search?q=xyzzy"));
        yield return ("product", await visitor.GoAsync($"/products/{sku}"));
        yield return ("sold-out", await visitor.GoAsync($"/products/{soldOut}"));
        yield return ("help", await visitor.GoAsync("/help"));
        yield return ("404", await visitor.GoAsync("/products/NO-SUCH-THING"));
        yield return ("sign-in-failed", await visitor.GoAsync("/sign-in-failed"));
        yield return ("basket-empty", await visitor.GoAsync("/basket"));
        foreach (var page in new[] { "sign-in", "register", "reset", "signed-out" })
            yield return (page, await visitor.GoAsync($"/account/{page}"));
        await visitor.SignInNewAsync();
        yield return ("no-orders", await visitor.GoAsync("/orders"));
        await visitor.AddToBasketAsync(sku, 2);
        yield return ("added", visitor.Status);
        await shop.Shop.SendAsync(
            HttpMethod.Put, $"/api/v1/products/{sku}/price", new Catalog.Contracts.ChangePriceRequest(290),
            shop.Shop.Operator);
        yield return ("basket", await visitor.GoAsync("/basket?fault=bad"));
        yield return ("checkout", await visitor.GoAsync("/checkout"));
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        yield return ("order", visitor.Status);
        await visitor.At("cancel").ClickAsync();
        await visitor.BecomesAsync("Cancelled");
        yield return ("order-cancelled", visitor.Status);
        yield return ("orders", await visitor.GoAsync("/orders?used=true"));
        yield return ("profile", await visitor.GoAsync("/profile?done=address"));
        yield return ("address", await visitor.GoAsync("/profile/addresses/new"));
        yield return ("account", await visitor.GoAsync("/account"));
        foreach (var page in new[] { "sessions", "applications", "password", "passkeys" })
            yield return (page, await visitor.GoAsync($"/account/{page}"));
        yield return ("erase", await visitor.GoAsync("/profile/erase"));
        yield return ("erased", await visitor.GoAsync("/erased"));
    }

    /// <summary>How far what stands on the page has moved since it came.</summary>
    private static Task<double> JumpAsync(IPage page) => page.EvaluateAsync<double>(
        """
        () => {
            const shifts = new PerformanceObserver(() => {});
            shifts.observe({ type: "layout-shift", buffered: true });
            return shifts.takeRecords().reduce((sum, each) => sum + (each.hadRecentInput ? 0 : each.value), 0);
        }
        """);

    /// <summary>What is to be clicked and cannot be got to by Tab.</summary>
    private static Task<string[]> UnreachedAsync(IPage page) => page.EvaluateAsync<string[]>(
        """
        [...document.querySelectorAll("a, button, input, select, textarea, summary, [onclick], [role=button]")]
            .filter(each => each.checkVisibility() && !each.disabled && each.type !== "hidden" && each.tabIndex < 0)
            .map(each => each.outerHTML.slice(0, 90))
        """);

    /// <summary>What is smaller than a fingertip: WCAG 2.2, 2.5.8. Links within a sentence are let off there.</summary>
    private static async Task<string[]> SmallTargetsAsync(IPage page, string name)
    {
        var small = await page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
                .filter(each => !each.closest("p:not(.actions), .skip, .notice") && each.checkVisibility())
                .map(each => [each, each.getBoundingClientRect()])
                .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
                .map(([each, box]) => `${each.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`)
            """);
        return [.. small.Select(each => $"{name}: {each}")];
    }
}
