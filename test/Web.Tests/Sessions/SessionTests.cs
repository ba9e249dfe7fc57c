using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Sessions;

/// <summary>Two replicas of the storefront, and access tokens that end while the visitor looks on.</summary>
public sealed class ShopWithReplicas : ShopInBrowser
{
    /// <summary>The storefront renews a token a minute before its end.</summary>
    public static readonly TimeSpan TokenFresh = TimeSpan.FromSeconds(5);

    public ShopWithReplicas()
        : base(("Users__AccessTokenLifetime", "00:01:05")) => UpWords = ["--replicas", "web=2"];
}

/// <summary>Who is signed in, and for how long.</summary>
public sealed partial class SessionTests(ShopWithReplicas shop) : IClassFixture<ShopWithReplicas>
{
    [Fact]
    public async Task A_replica_that_dies_and_a_restart_of_both_sign_nobody_out()
    {
        using var operators = await Shop.OpenAsync(shop.Port, shop.Data); // With a token that has not ended yet.
        var sku = await operators.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await shop.KillAsync("web");
        await StaysSignedInAsync(visitor);
        await shop.KillAsync("web-2");
        await StaysSignedInAsync(visitor);
        await shop.RunAsync("restart", "web");
        await StaysSignedInAsync(visitor);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
    }

    /// <summary>A refresh token that came twice would end the session, so nobody may be signed out either.</summary>
    [Fact]
    public async Task Requests_that_arrive_together_renew_the_tokens_once()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        var renewed = 0;
        await Testing.Eventually.HoldsAsync("tokens were renewed twice", async () =>
        {
            var (before, since) = (TokenRequests(), TimeProvider.System.GetTimestamp());
            var statuses = await visitor.Page.EvaluateAsync<int[]>(
                """
                () => Promise.all([...Array(16)].map(async () => {
                    const answer = await fetch("/orders", { redirect: "manual" });
                    return answer.status;
                }))
                """);
            Assert.All(statuses, status => Assert.Equal(200, status));
            var times = TokenRequests() - before;
            // On a machine so busy that the new token ages as well meanwhile, once for each.
            var elapsed = TimeProvider.System.GetElapsedTime(since);
            Assert.InRange(times, 0, 1 + (int)(elapsed / ShopWithReplicas.TokenFresh));
            return (renewed += times) >= 2;
        }, TimeSpan.FromSeconds(60));
        await StaysSignedInAsync(visitor);
    }

    [Fact]
    public async Task Gives_the_browser_no_token_and_no_cookie_that_a_script_reads()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        foreach (var path in new[] { "/", "/orders", "/basket" })
        {
            await visitor.GoAsync(path);
            Assert.DoesNotMatch(Token(), await visitor.Page.ContentAsync());
        }
        var cookies = await visitor.CookiesAsync();
        var session = Assert.Single(cookies, cookie => cookie.Name == "tessera-web");
        Assert.True(session.HttpOnly);
        Assert.Equal(SameSiteAttribute.Lax, session.SameSite);
        Assert.All(cookies.Where(cookie => cookie.Name.StartsWith("tessera", StringComparison.Ordinal)),
            cookie => Assert.DoesNotMatch(Token(), cookie.Value));
        Assert.Equal("", await visitor.Page.EvaluateAsync<string>("document.cookie"));
        Assert.Equal(0, await visitor.Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_the_way_back_shows_nothing_private()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.GoAsync("/orders");
        var session = (await visitor.CookiesAsync()).Single(cookie => cookie.Name == "tessera-web");
        await visitor.At("sign-out").ClickAsync();
        await visitor.Page.WaitForURLAsync(url => !url.Contains("/orders", StringComparison.Ordinal));
        await visitor.Page.GoBackAsync();
        await Assertions.Expect(visitor.At("my-orders")).ToBeHiddenAsync();
        // Who had copied the cookie has nothing of it any more.
        await using var thief = await shop.NewVisitorAsync();
        await thief.TakeCookieAsync(session);
        await thief.GoAsync("/");
        await Assertions.Expect(thief.At("sign-in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Takes_no_form_from_another_site()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        // Another port of this machine is another origin, but the same site: the cookie goes along.
        await using var elsewhere = await ForeignSite.StartAsync($"http://127.0.0.1:{shop.Port}/basket/add");
        await visitor.Page.GotoAsync(elsewhere.Address);
        await visitor.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(visitor.At("fault")).ToContainTextAsync("sent from another place");
        // And so do requests that leave the store for a neighbour of it count as such.
        Assert.Contains(visitor.Complaints, said => said.EndsWith(
            $"asks for {elsewhere.Address}", StringComparison.Ordinal));
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At("basket-empty")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/checkout", "address-City", "Leeds", "place")]
    [InlineData("/profile", "name", "Grace Hopper", "save-name")]
    [InlineData("/profile/addresses/new", "address-City", "Leeds", "save")]
    [InlineData("/basket", "quantity-", "7", "update-")]
    public async Task What_was_typed_while_the_session_was_ended_elsewhere_is_there_after_the_next_sign_in(
        string page, string field, string text, string button)
    {
        using var operators = await Shop.OpenAsync(shop.Port, shop.Data);
        var sku = await operators.NewProductAsync();
        if (field.EndsWith('-')) (field, button) = (field + sku, button + sku);
        await using var visitor = await shop.NewVisitorAsync();
        var email = await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await visitor.GoAsync(page);
        if (field.StartsWith("address-", StringComparison.Ordinal)) await visitor.FillAddressAsync();
        await visitor.At(field).FillAsync(text);
        await EndElsewhereAsync(visitor, email);
        await visitor.At(button).ClickAsync();
        await visitor.SignInAsync(email);
        await Assertions.Expect(visitor.At(field)).ToHaveValueAsync(text);
        await Assertions.Expect(visitor.Page.GetByText("What you typed is still here")).ToBeVisibleAsync();
        Assert.EndsWith(page, visitor.Page.Url, StringComparison.Ordinal);
        await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync("Basket, 2 items");
        await visitor.Page.ReloadAsync();
        await Assertions.Expect(visitor.At(field)).Not.ToHaveValueAsync(text); // Once is enough.
    }

    /// <summary>The storefront hears of it when a service refuses its token, or at the latest when it renews it.
    /// </summary>
    private async Task EndElsewhereAsync(Visitor visitor, string email)
    {
        await using var elsewhere = await shop.NewVisitorAsync();
        await elsewhere.GoAsync("/sign-in");
        await elsewhere.SignInAsync(email);
        await elsewhere.GoAsync("/account/sessions");
        await elsewhere.Page.GetByRole(AriaRole.Button, new() { Name = "End all others" }).ClickAsync();
        await Assertions.Expect(elsewhere.Page.GetByRole(AriaRole.Button, new() { Name = "End all others" }))
            .ToHaveCountAsync(0);
        // Each process hears of it by itself: Orders may have while the gateway and Baskets have not.
        await Testing.Eventually.HoldsAsync("the session has ended", async () =>
        {
            var orders = await visitor.Page.APIRequest.GetAsync("/orders", new() { MaxRedirects = 0 });
            var basket = await visitor.Page.APIRequest.GetAsync("/basket", new() { MaxRedirects = 0 });
            return orders.Status == 302 && (basket.Status == 303
                || (await basket.TextAsync()).Contains("data-test=\"sign-in\"", StringComparison.Ordinal));
        });
    }

    private static async Task StaysSignedInAsync(Visitor visitor)
    {
        for (var time = 0; time < 6; time++) // Both replicas have their turn.
        {
            Assert.Equal(200, await visitor.GoAsync("/orders"));
            await Assertions.Expect(visitor.At("my-orders")).ToBeVisibleAsync();
        }
    }

    private int TokenRequests() =>
        shop.LogOf("gateway").Count(line => line.Contains("/connect/token", StringComparison.Ordinal));

    [GeneratedRegex("eyJ[A-Za-z0-9_-]{10,}")]
    private static partial Regex Token();
}
