using System.Net;
using System.Net.Http.Json;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests.Pages;

[Collection(nameof(UsersProcess))]
public sealed class SignInPageTests(UsersProcess users)
{
    [Fact]
    public async Task Signs_in_and_leads_to_where_one_came_from()
    {
        await users.NewCustomerAsync("page@example.com");
        using var visitor = new Visitor(users);
        var refused = await visitor.GetAsync("/account");
        Assert.Equal(
            (HttpStatusCode.SeeOther, "/account/sign-in?returnUrl=%2Faccount"), (refused.Status, refused.Location));
        var signedIn = await visitor.FillAsync(
            refused.Location!, ("email", " Page@example.com "), ("password", UsersProcess.Password));
        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (signedIn.Status, signedIn.Location));
        var account = await visitor.GetAsync("/account");
        Assert.Equal(HttpStatusCode.OK, account.Status);
        Assert.Contains("page@example.com", account.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registers_and_leads_to_the_sign_in_and_then_where_one_came_from()
    {
        using var visitor = new Visitor(users);
        var registered = await visitor.FillAsync(
            "/account/register?returnUrl=%2Fops",
            ("name", "Ada <b>"), ("email", "new-page@example.com"), ("password", UsersProcess.Password));
        Assert.Equal(
            (HttpStatusCode.SeeOther, "/account/registered?returnUrl=%2Fops"),
            (registered.Status, registered.Location));
        var told = await visitor.GetAsync(registered.Location!);
        Assert.Contains("/account/sign-in?returnUrl=%2Fops", told.Html, StringComparison.Ordinal);
        var signedIn = await visitor.SignInAsync("new-page@example.com", UsersProcess.Password, "/ops");
        Assert.Equal((HttpStatusCode.SeeOther, "/ops"), (signedIn.Status, signedIn.Location));
        var account = await visitor.GetAsync("/account");
        Assert.Contains("Ada &lt;b&gt;", account.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ja", "fr-CH, en;q=0.5", "ja")]
    [InlineData("\"; drop", "de;q=0.4, fr-CH", "fr-CH")]
    [InlineData(null, "de;q=0.4, *", "de")]
    public async Task Keeps_the_language_that_the_storefront_was_read_in(string? chosen, string asked, string kept)
    {
        var email = $"reads-{Guid.NewGuid():N}@example.com";
        using var visitor = new Visitor(users);
        visitor.AsksFor("Accept-Language", asked);
        if (chosen is not null)
        {
            visitor.Cookies.Add(
                users.Client.BaseAddress!, new Cookie("tessera-language", Uri.EscapeDataString(chosen), "/"));
        }
        await visitor.FillAsync(
            "/account/register", ("name", "Rea"), ("email", email), ("password", UsersProcess.Password));
        var access = (await users.SignInAsync(email, UsersProcess.Password)).Access;
        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me", access);
        var profile = await answer.Content.ReadFromJsonAsync<UserView>(TestContext.Current.CancellationToken);
        Assert.Equal(kept, profile!.Language);
    }

    [Fact]
    public async Task Says_which_field_is_wrong_and_keeps_what_was_typed_but_the_password()
    {
        using var visitor = new Visitor(users);
        var refused = await visitor.FillAsync(
            "/account/register", ("name", "Ada \"L\""), ("email", "no address"), ("password", "short"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(["email", "password"], refused.Faults.Select(fault => fault.Field));
        Assert.Equal(("Ada \"L\"", "no address"), (refused.ValueOf("name"), refused.ValueOf("email")));
        Assert.Null(refused.ValueOf("password"));
        var empty = await visitor.SignInAsync("", "");
        Assert.Equal(["email", "password"], empty.Faults.Select(fault => fault.Field));
    }

    [Fact]
    public async Task Counts_wrong_passwords_as_the_token_endpoint_does()
    {
        const string email = "guessed-page@example.com";
        await users.NewCustomerAsync(email);
        using var visitor = new Visitor(users, "198.51.100.40");
        for (var guess = 0; guess < 3; guess++)
        {
            var wrong = await visitor.SignInAsync(email, "a wrong guess");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        }
        var blocked = await visitor.SignInAsync(email, UsersProcess.Password);
        var unknown = await visitor.SignInAsync("nobody-page@example.com", UsersProcess.Password);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, blocked.Status);
        Assert.Equal(blocked.Faults, unknown.Faults);
        using var owner = new Visitor(users, "203.0.113.40");
        Assert.Equal(HttpStatusCode.SeeOther, (await owner.SignInAsync(email, UsersProcess.Password)).Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\r\nLocation: https://evil.example")]
    [InlineData("~/account")]
    [InlineData("javascript:alert(1)")]
    [InlineData("account")]
    public async Task Leads_to_no_other_host(string back)
    {
        var email = $"redirect-{Guid.NewGuid():N}@example.com";
        await users.NewCustomerAsync(email);
        using var visitor = new Visitor(users);
        var opened = await visitor.GetAsync("/account/sign-in?returnUrl=" + Uri.EscapeDataString(back));
        if (opened.Status == HttpStatusCode.BadRequest) return; // No text at all may hold these characters.
        Assert.DoesNotContain("evil", opened.Html, StringComparison.Ordinal);
        var signedIn = await visitor.SendAsync(opened, ("email", email), ("password", UsersProcess.Password));
        Assert.Equal("/account", signedIn.Location);
        // Not from the form's address either.
        using var second = new Visitor(users);
        var token = (await second.GetAsync("/account/sign-in")).Form().Token;
        var forced = await second.PostAsync(
            "/account/sign-in?returnUrl=" + Uri.EscapeDataString(back),
            ("email", email), ("password", UsersProcess.Password), ("form-token", token), ("returnUrl", back));
        Assert.Equal("/account", forced.Location);
    }

    [Fact]
    public async Task Takes_no_form_without_its_token()
    {
        await users.NewCustomerAsync("forged@example.com");
        using var visitor = new Visitor(users);
        using var stranger = new Visitor(users);
        var foreign = (await stranger.GetAsync("/account/sign-in")).Form().Token;
        await visitor.GetAsync("/account/sign-in");
        var without = await visitor.PostAsync(
            "/account/sign-in", ("email", "forged@example.com"), ("password", UsersProcess.Password));
        var withAnothers = await visitor.PostAsync(
            "/account/sign-in", ("email", "forged@example.com"), ("password", UsersProcess.Password),
            ("form-token", foreign));
        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (without.Status, withAnothers.Status));
        Assert.DoesNotContain(
            without.Cookies.Concat(withAnothers.Cookies), cookie => cookie.Contains("tessera-account"));

        await visitor.SignInAsync("forged@example.com", UsersProcess.Password);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync("/account/sign-out")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Begins_a_new_session_at_each_sign_in_and_ends_the_one_before()
    {
        await users.NewCustomerAsync("fixed@example.com");
        using var visitor = new Visitor(users);
        await visitor.SignInAsync("fixed@example.com", UsersProcess.Password);
        var before = visitor.Cookies.GetAllCookies().Single(cookie => cookie.Name == "tessera-account").Value;
        await visitor.SignInAsync("fixed@example.com", UsersProcess.Password);
        var after = visitor.Cookies.GetAllCookies().Single(cookie => cookie.Name == "tessera-account").Value;
        Assert.NotEqual(before, after);
        using var holder = new Visitor(users);
        holder.Cookies.Add(users.Client.BaseAddress!, new Cookie("tessera-account", before, "/"));
        Assert.Equal(HttpStatusCode.SeeOther, (await holder.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Signs_out_by_a_button_and_refuses_the_cookie_from_then_on()
    {
        await users.NewCustomerAsync("leaver@example.com");
        using var visitor = new Visitor(users);
        await visitor.SignInAsync("leaver@example.com", UsersProcess.Password);
        var kept = visitor.Cookies.GetAllCookies().Single(cookie => cookie.Name == "tessera-account").Value;
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account/sign-out")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        var signedOut = await visitor.FillAsync("/account/sign-out");
        Assert.Equal((HttpStatusCode.SeeOther, "/account/signed-out"), (signedOut.Status, signedOut.Location));
        Assert.Contains("signed out", (await visitor.GetAsync(signedOut.Location!)).Html, StringComparison.Ordinal);
        using var holder = new Visitor(users);
        holder.Cookies.Add(users.Client.BaseAddress!, new Cookie("tessera-account", kept, "/"));
        Assert.Equal(HttpStatusCode.SeeOther, (await holder.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Keeps_pages_from_caches_frames_scripts_and_other_sites()
    {
        using var visitor = new Visitor(users);
        foreach (var address in new[] { "/account/sign-in", "/account/register", "/account/signed-out", "/account" })
        {
            var page = await visitor.GetAsync(address);
            Assert.Contains("no-store", page.Headers["Cache-Control"], StringComparison.Ordinal);
            if (page.Status != HttpStatusCode.OK) continue;
            var policy = page.Headers["Content-Security-Policy"];
            foreach (var rule in new[]
                { "default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'" })
            {
                Assert.Contains(rule, policy, StringComparison.Ordinal);
            }
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("no-referrer", page.Headers["Referrer-Policy"]);
            Assert.DoesNotContain("style=", page.Html, StringComparison.Ordinal);
            Assert.All( // None that stands in the page itself, and none from elsewhere.
                page.Html.Split("<script").Skip(1),
                script => Assert.StartsWith(" src=\"/account/style/", script, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Keeps_its_cookies_from_scripts_and_other_sites()
    {
        await users.NewCustomerAsync("cookie@example.com");
        using var visitor = new Visitor(users);
        var form = (await visitor.GetAsync("/account/sign-in")).Cookies.Single();
        var account = (await visitor.SignInAsync("cookie@example.com", UsersProcess.Password)).Cookies
            .Single(cookie => cookie.StartsWith("tessera-account=", StringComparison.Ordinal));
        foreach (var cookie in new[] { form, account })
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Offers_its_style_sheet_for_a_browser_to_keep()
    {
        using var visitor = new Visitor(users);
        var page = await visitor.GetAsync("/account/sign-in");
        var start = page.Html.IndexOf("/account/style/", StringComparison.Ordinal);
        var style = await visitor.GetAsync(page.Html[start..page.Html.IndexOf('"', start)]);
        Assert.Equal("text/css; charset=utf-8", style.Headers["Content-Type"]);
        Assert.Contains("immutable", style.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/account/style/none.css")).Status);
    }
}
