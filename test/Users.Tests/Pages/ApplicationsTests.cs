using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using Tessera.Users.Tests.Authorizing;
using static Tessera.Users.Tests.Authorizing.AuthorizationRequest;

namespace Tessera.Users.Tests.Pages;

/// <summary>What a person has allowed others' programs, and how it is withdrawn.</summary>
public sealed class ApplicationsTests(ClientTests.WithPartner users) : IClassFixture<ClientTests.WithPartner>
{
    private const string Address = "/account/applications";

    private static readonly (string, string)[] partner =
        [("client_id", "partner"), ("client_secret", UsersProcess.Password)];

    [Fact]
    public async Task Lists_what_was_allowed_to_whom_and_leads_there_from_the_account()
    {
        using var visitor = await NewVisitorAsync(users);
        Assert.Contains($"href=\"{Address}\"", (await visitor.GetAsync("/account")).Html, StringComparison.Ordinal);
        Assert.Contains("You have allowed none.", (await visitor.GetAsync(Address)).Decoded, StringComparison.Ordinal);
        await AllowAsync(new(users, "partner"), visitor);
        await AllowAsync(Desktop(), visitor);
        var own = new AuthorizationRequest(users); // The storefront is no program of others.
        Assert.Contains("code", (await own.AskAsync(visitor)).Keys);
        var page = (await visitor.GetAsync(Address)).Decoded;
        string[] said =
        [
            "<strong>A desktop program</strong>", "since ", "Read your orders",
            "Withdraw the access of A desktop program", "<strong>A partner's shop</strong>",
            "Go on while you are away", "Withdraw the access of A partner's shop",
        ];
        Assert.All(said, each => Assert.Contains(each, page, StringComparison.Ordinal));
        Assert.Equal(said, said.OrderBy(each => page.IndexOf(each, StringComparison.Ordinal)));
        Assert.Equal(2, page.Split("/withdraw\"").Length - 1);
    }

    [Fact]
    public async Task Ends_with_one_button_what_an_application_has_and_makes_it_ask_again()
    {
        using var visitor = await NewVisitorAsync(users);
        var request = new AuthorizationRequest(users, "partner");
        var tokens = await RedeemedAsync(request, await AllowAsync(request, visitor));
        var unused = (await request.AskAsync(visitor))["code"];
        using var before = await users.SendAsync(HttpMethod.Get, "/connect/userinfo", tokens.Access);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        var withdrawn = await WithdrawAsync(visitor, "partner");
        Assert.Equal((HttpStatusCode.SeeOther, Address + "?done=access-withdrawn"), withdrawn);
        var page = (await visitor.GetAsync(withdrawn.Location!)).Decoded;
        Assert.Contains("The access is withdrawn.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("A partner's shop", page, StringComparison.Ordinal);
        using var refreshed = await users.TryTokenAsync(
            [("grant_type", "refresh_token"), ("refresh_token", tokens.Refresh!), .. partner]);
        using var redeemed = await request.RedeemAsync(unused, credentials: partner);
        Assert.Equal(("invalid_grant", "invalid_grant"), (await ErrorAsync(refreshed), await ErrorAsync(redeemed)));
        Assert.StartsWith(
            "/account/consent?", (await visitor.GetAsync(request.Address)).Location, StringComparison.Ordinal);
        var signIn = new JsonWebToken(tokens.Access).GetClaim("oi_au_id").Value;
        await Eventually.HoldsAsync("the services are told of it", async () =>
            (await users.Client.GetStringAsync("/internal/ended")).Contains(signIn, StringComparison.Ordinal));
        await Eventually.HoldsAsync("the token is refused", async () =>
        {
            using var after = await users.SendAsync(HttpMethod.Get, "/connect/userinfo", tokens.Access);
            return after.StatusCode == HttpStatusCode.Unauthorized;
        });
    }

    [Fact]
    public async Task Ends_nothing_of_other_people_or_other_applications_or_the_stores_own()
    {
        using var visitor = await NewVisitorAsync(users);
        using var another = await NewVisitorAsync(users);
        var request = new AuthorizationRequest(users, "partner");
        var anothers = await RedeemedAsync(request, await AllowAsync(request, another));
        var desktop = Desktop();
        using var onDesktop = await desktop.RedeemAsync(
            await AllowAsync(desktop, visitor), credentials: ("client_id", "desktop"));
        var atDesktop = await Tokens.ReadAsync(onDesktop);
        var web = new AuthorizationRequest(users);
        using var inStore = await web.RedeemAsync((await web.AskAsync(visitor))["code"]);
        var store = await Tokens.ReadAsync(inStore);
        await AllowAsync(request, visitor);
        foreach (var client in new[] { "partner", "web", "nobody", "" })
            Assert.Equal(HttpStatusCode.SeeOther, (await WithdrawAsync(visitor, client)).Status);

        using var goesOn = await users.TryTokenAsync(
            [("grant_type", "refresh_token"), ("refresh_token", anothers.Refresh!), .. partner]);
        using var stays = await users.RefreshAsync(store.Refresh!);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (goesOn.StatusCode, stays.StatusCode));
        Assert.Contains("code", (await request.AskAsync(another)).Keys);
        Assert.Contains("A desktop program", (await visitor.GetAsync(Address)).Html, StringComparison.Ordinal);
        var ended = await users.Client.GetStringAsync("/internal/ended");
        foreach (var token in new[] { anothers, store, atDesktop })
        {
            Assert.DoesNotContain(
                new JsonWebToken(token.Access).GetClaim("oi_au_id").Value, ended, StringComparison.Ordinal);
        }
    }

    private AuthorizationRequest Desktop()
    {
        var request = new AuthorizationRequest(users, "desktop");
        request.Query["redirect_uri"] = "http://127.0.0.1:43210/back";
        request.Query["scope"] = "openid orders.read";
        return request;
    }

    /// <returns>The code.</returns>
    private static async Task<string> AllowAsync(AuthorizationRequest request, Visitor visitor)
    {
        var allowed = await visitor.FillAsync(
            (await visitor.GetAsync(request.Address)).Location!, ("answer", "yes"));
        return Read(await visitor.GetAsync(allowed.Location!))["code"];
    }

    private static async Task<Tokens> RedeemedAsync(AuthorizationRequest request, string code)
    {
        using var redeemed = await request.RedeemAsync(code, credentials: partner);
        return await Tokens.ReadAsync(redeemed);
    }

    private static async Task<(HttpStatusCode Status, string? Location)> WithdrawAsync(Visitor visitor, string client)
    {
        var (_, token) = (await visitor.GetAsync(Address)).Form("/withdraw");
        var page = await visitor.PostAsync(Address + "/withdraw", ("form-token", token), ("client", client));
        return (page.Status, page.Location);
    }
}
