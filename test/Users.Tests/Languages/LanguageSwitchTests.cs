using System.Net;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests.Languages;

/// <summary>The account pages speak as the storefront does, and a choice at either is one at both.</summary>
[Collection(nameof(UsersProcess))]
public sealed class LanguageSwitchTests(UsersProcess users)
{
    private const string Cookie = "tessera-language";

    [Theory]
    [InlineData("de", "fr", "<html lang=\"de\">", "Anmelden")]
    [InlineData(null, "fr-CH, de;q=0.5", "<html lang=\"fr\">", "Se connecter")]
    [InlineData(null, "ja", "<html lang=\"ja\">", "ログイン")]
    [InlineData("xx", "it", "<html lang=\"en\">", "Sign in")]
    [InlineData(null, null, "<html lang=\"en\">", "Sign in")]
    public async Task Speaks_as_was_chosen_at_the_storefront_or_as_the_browser_asks(
        string? chosen, string? asked, string language, string heading)
    {
        using var visitor = new Visitor(users);
        if (asked is not null) visitor.AsksFor("Accept-Language", asked);
        if (chosen is not null) visitor.Cookies.Add(users.Client.BaseAddress!, new Cookie(Cookie, chosen, "/"));
        var page = await visitor.GetAsync("/account/sign-in");
        Assert.Contains(language, page.Html, StringComparison.Ordinal);
        Assert.Contains($"<h1>{heading}</h1>", page.Decoded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account/sign-in")]
    [InlineData("/account/register")]
    [InlineData("/account/reset")]
    public async Task Changes_the_language_and_comes_back_with_the_whole_address(string path)
    {
        var address = path + "?returnUrl="
            + Uri.EscapeDataString("/connect/authorize?client_id=web&state=a%20b&guest=1");
        using var visitor = new Visitor(users);
        var changed = await ChooseAsync(visitor, await visitor.GetAsync(address), "de");
        Assert.Equal((HttpStatusCode.SeeOther, address), (changed.Status, changed.Location));
        var cookie = changed.Cookies.Single(each => each.StartsWith(Cookie, StringComparison.Ordinal));
        foreach (var part in new[] { Cookie + "=de", "path=/", "httponly", "samesite=lax", "max-age=31536000" })
            Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<html lang=\"de\">", (await visitor.GetAsync(address)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comes_back_from_a_refused_form_too_but_not_to_what_its_address_does_not_open()
    {
        using var visitor = new Visitor(users);
        var refused = await visitor.SignInAsync("", "", "/orders");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(
            "/account/sign-in?returnUrl=%2Forders", (await ChooseAsync(visitor, refused, "fr")).Location);
        var stale = await visitor.PostAsync("/account/sign-in/code");
        Assert.Equal(HttpStatusCode.BadRequest, stale.Status);
        Assert.DoesNotContain("/account/language", stale.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task Leads_to_no_other_host(string back)
    {
        using var visitor = new Visitor(users);
        var page = await visitor.GetAsync("/account/sign-in");
        var changed = await ChooseAsync(visitor, page, "de", back);
        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (changed.Status, changed.Location));
    }

    [Fact]
    public async Task Keeps_no_language_that_it_does_not_speak_and_takes_no_form_of_others()
    {
        using var visitor = new Visitor(users);
        var page = await visitor.GetAsync("/account/sign-in");
        var changed = await ChooseAsync(visitor, page, "xx");
        Assert.DoesNotContain(changed.Cookies, cookie => cookie.StartsWith(Cookie, StringComparison.Ordinal));
        var forged = await visitor.PostAsync("/account/language", ("language", "de"), ("back", "/account"));
        Assert.Equal(HttpStatusCode.BadRequest, forged.Status);
        Assert.DoesNotContain(forged.Cookies, cookie => cookie.StartsWith(Cookie, StringComparison.Ordinal));
    }

    private static Task<Page> ChooseAsync(Visitor visitor, Page page, string language, string? back = null)
    {
        var (action, token) = page.Form("/account/language");
        return visitor.PostAsync(
            action, ("form-token", token), ("language", language), ("back", back ?? page.ValueOf("back")!));
    }
}
