using System.Net;
using System.Net.Http.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using Tessera.Users.Contracts;
using Tessera.Users.Tests.Authorizing;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests.Guests;

/// <summary>Users that removes what is over every second.</summary>
public sealed class TidyUsers : UsersProcess
{
    protected override IEnumerable<(string Key, string Value)> Settings =>
        [.. base.Settings, ("Users:PruneInterval", "00:00:01"), ("Users:GuestsKeptFor", "30.00:00:00")];
}

/// <summary>Who orders without an account is somebody all the same, for as long as the browser stays.</summary>
public sealed class GuestTests(TidyUsers users) : IClassFixture<TidyUsers>
{
    [Fact]
    public async Task Goes_on_without_an_account_and_is_a_customer_like_any_other()
    {
        using var visitor = new Visitor(users);
        visitor.AsksFor("Accept-Language", "fr-CH");
        var access = await ComeAsync(visitor, "Gast@Example.com", "Gisela");

        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me", access);
        var profile = await answer.Content.ReadFromJsonAsync<UserView>(TestContext.Current.CancellationToken);
        Assert.Equal(
            ("gast@example.com", "Gisela", "fr-CH", true, "customer"),
            (profile!.Email, profile.Name, profile.Language, profile.IsGuest, profile.Roles.Single()));
        // Who writes mails learns where to.
        using var machine = await users.TryTokenAsync(
            [("grant_type", "client_credentials"), ("scope", "users.contact"), .. users.As("scripts")]);
        using var contact = await users.SendAsync(
            HttpMethod.Get, $"/users/{profile.Id}/contact", (await Tokens.ReadAsync(machine)).Access);
        Assert.Equal(
            new ContactView(profile.Id, "gast@example.com", "Gisela", "fr-CH"),
            await contact.Content.ReadFromJsonAsync<ContactView>(TestContext.Current.CancellationToken));
        var account = await visitor.GetAsync("/account");
        Assert.Contains("Vous êtes ici en invité", account.Decoded, StringComparison.Ordinal);
    }

    /// <summary>An address that proves nothing takes nothing away from who it belongs to.</summary>
    [Fact]
    public async Task Leaves_the_account_of_that_address_alone_and_has_no_way_to_sign_in()
    {
        await users.NewCustomerAsync("owner@example.com");
        using var visitor = new Visitor(users);
        var access = await ComeAsync(visitor, "owner@example.com");
        var owner = (await users.SignInAsync("owner@example.com", UsersProcess.Password)).Access;
        Assert.NotEqual(IdOf(owner), IdOf(access));
        // Somebody else may give the same address, and the owner may still come to have an account.
        using var second = new Visitor(users);
        Assert.NotEqual(IdOf(access), IdOf(await ComeAsync(second, "later@example.com")));
        await users.NewCustomerAsync("later@example.com");

        foreach (var page in new[] { "password", "passkeys", "second-factor" })
        {
            var shown = await visitor.GetAsync("/account/" + page);
            Assert.Equal((HttpStatusCode.SeeOther, "/account"), (shown.Status, shown.Location));
        }
        using var changed = await users.SendAsync(
            HttpMethod.Post, "/users/me/password", access,
            new ChangePasswordRequest(UsersProcess.Password, "another good password"));
        Assert.Equal(HttpStatusCode.Conflict, changed.StatusCode);
    }

    [Theory]
    [InlineData("/account/guest")]
    [InlineData("/account/guest?returnUrl=%2Fops")]
    [InlineData("/account/guest?returnUrl=%2Fcheckout%3Fclient_id%3Dweb%26guest%3Doffered")]
    public async Task Is_offered_at_the_checkout_alone(string address)
    {
        using var visitor = new Visitor(users);
        var shown = await visitor.GetAsync(address);
        Assert.Equal(HttpStatusCode.SeeOther, shown.Status);
        Assert.StartsWith("/account/sign-in", shown.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web", false)]
    [InlineData("console", true)]
    public async Task No_other_sign_in_offers_it(string client, bool asks)
    {
        var request = new AuthorizationRequest(users, client);
        if (asks) request.Query["guest"] = "offered";
        if (client == "console") request.Query["redirect_uri"] = "http://127.0.0.1:8080/ops/signed-in";
        using var visitor = new Visitor(users);
        var signIn = (await visitor.GetAsync(request.Address)).Location!;
        Assert.StartsWith("/account/sign-in", signIn, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "/account/guest", (await visitor.GetAsync(signIn)).Html, StringComparison.Ordinal);
        var form = (await visitor.GetAsync("/account/sign-in")).Form();
        var forced = await visitor.PostAsync(
            signIn.Replace("/sign-in", "/guest", StringComparison.Ordinal),
            ("form-token", form.Token), ("email", "no@example.com"));
        Assert.Equal((HttpStatusCode.SeeOther, signIn), (forced.Status, forced.Location));
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/account")).Status); // Nobody is signed in.
    }

    [Fact]
    public async Task Says_which_field_is_wrong_and_keeps_what_was_typed()
    {
        using var visitor = new Visitor(users);
        var page = await OfferAsync(visitor);
        var refused = await visitor.SendAsync(page, ("email", "no address"), ("name", new string('x', 101)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(["email", "name"], refused.Faults.Select(fault => fault.Field).Order());
        Assert.Equal("no address", refused.ValueOf("email"));
    }

    [Fact]
    public async Task Is_erased_when_the_time_is_over_and_no_earlier()
    {
        using var one = new Visitor(users);
        using var other = new Visitor(users);
        var (old, young) = (await ComeAsync(one, "old@example.com"), await ComeAsync(other, "young@example.com"));
        var now = TimeProvider.System.GetUtcNow();
        await AgeAsync(young, now.AddDays(-29));
        await AgeAsync(old, now.AddDays(-31));
        await Eventually.HoldsAsync("the old guest is gone", async () =>
        {
            using var answer = await users.SendAsync(HttpMethod.Get, "/users/me", old);
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        });
        using var stays = await users.SendAsync(HttpMethod.Get, "/users/me", young);
        Assert.Equal(HttpStatusCode.OK, stays.StatusCode);
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from guests where email = @given", "old@example.com"));
        Assert.Equal(HttpStatusCode.SeeOther, (await one.GetAsync("/account")).Status);
    }

    private Task AgeAsync(string access, DateTimeOffset since) => UsersDatabase.ExecuteAsync(
        users, "update guests set since = @b where user_id = @a", IdOf(access),
        Testing.Services.TestDatabase.IsPostgres ? since : since.ToUnixTimeMilliseconds());

    /// <summary>The page for guests, as the checkout leads to it.</summary>
    private async Task<Page> OfferAsync(Visitor visitor)
    {
        var request = new AuthorizationRequest(users);
        request.Query["guest"] = "offered";
        request.Query["scope"] = "openid offline_access users.read users.write";
        var signIn = await visitor.GetAsync((await visitor.GetAsync(request.Address)).Location!);
        var link = System.Text.RegularExpressions.Regex.Match(signIn.Decoded, "href=\"(/account/guest[^\"]*)\"");
        Assert.True(link.Success, signIn.Html);
        return await visitor.GetAsync(link.Groups[1].Value);
    }

    /// <returns>The access token that the storefront gets.</returns>
    private async Task<string> ComeAsync(Visitor visitor, string email, string name = "")
    {
        var back = await visitor.SendAsync(await OfferAsync(visitor), ("email", email), ("name", name));
        Assert.Equal(HttpStatusCode.SeeOther, back.Status);
        var code = AuthorizationRequest.Read(await visitor.GetAsync(back.Location!))["code"];
        using var tokens = await new AuthorizationRequest(users).RedeemAsync(code);
        return (await Tokens.ReadAsync(tokens)).Access;
    }

    private static Guid IdOf(string access) => Guid.Parse(new JsonWebToken(access).Subject);
}
