using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using static Tessera.Users.Tests.Authorizing.AuthorizationRequest;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>Authorization code with PKCE (RFC 6749, 7636, 9207, 9700) for the store's own client.</summary>
[Collection(nameof(UsersProcess))]
public sealed class AuthorizeTests(UsersProcess users)
{
    [Fact]
    public async Task Sends_who_is_not_signed_in_to_the_page_and_back()
    {
        var request = new AuthorizationRequest(users);
        using var visitor = new Pages.Visitor(users);
        var asked = await visitor.GetAsync(request.Address);
        Assert.Equal(HttpStatusCode.SeeOther, asked.Status);
        Assert.StartsWith(
            "/account/sign-in?returnUrl=%2Fconnect%2Fauthorize", asked.Location, StringComparison.Ordinal);
        using var known = await NewVisitorAsync(users);
        var answer = await request.AskAsync(known);
        Assert.Equal(("our state", "http://127.0.0.1:8080/"), (answer["state"], answer["iss"]));
        using var redeemed = await request.RedeemAsync(answer["code"]);
        Assert.Equal(HttpStatusCode.OK, redeemed.StatusCode);
        var tokens = PersonTokens.Read(
            await redeemed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var identity = new JsonWebToken(tokens.Identity);
        Assert.Equal(("web", "our-nonce"), (identity.Audiences.Single(), identity.GetClaim("nonce").Value));
        Assert.Equal("openid offline_access orders.read", new JsonWebToken(tokens.Access).GetClaim("scope").Value);
    }

    [Theory]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/signed-in/")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/Signed-in")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/signed-in?a=b")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/signed%2Din")]
    [InlineData("redirect_uri", "https://evil.example/signed-in")]
    [InlineData("client_id", "nobody")]
    public async Task Sends_nobody_to_an_address_that_was_not_declared(string name, string value)
    {
        var request = new AuthorizationRequest(users);
        request.Query[name] = value;
        var visitor = await users.SomebodyAsync();
        var refused = await visitor.GetAsync(request.Address);
        Assert.Equal((HttpStatusCode.BadRequest, null), (refused.Status, refused.Location));
    }

    [Theory]
    [InlineData("code_challenge", null)]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("code_challenge_method", null)]
    [InlineData("response_type", "token")]
    [InlineData("scope", "openid nonsense")]
    [InlineData("scope", "openid catalog.write")]
    public async Task Refuses_a_request_without_proof_or_for_too_much(string name, string? value)
    {
        var request = new AuthorizationRequest(users);
        if (value is null) request.Query.Remove(name);
        else request.Query[name] = value;
        var visitor = await users.SomebodyAsync();
        var answer = await visitor.GetAsync(request.Address);
        Assert.DoesNotContain("code=", answer.Location ?? "", StringComparison.Ordinal);
        if (answer.Location is null) Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        else Assert.Contains("error", Read(answer).Keys);
    }

    /// <summary>What is not offered (PAR, DPoP, request objects, back-channel logout) is neither promised nor taken.
    /// </summary>
    [Fact]
    public async Task Promises_and_takes_nothing_that_it_does_not_offer()
    {
        using var discovery = JsonDocument.Parse(await users.Client.GetStringAsync(
            "/.well-known/openid-configuration", TestContext.Current.CancellationToken));
        foreach (var name in new[]
        {
            "pushed_authorization_request_endpoint", "dpop_signing_alg_values_supported",
            "backchannel_logout_supported",
        })
        {
            Assert.False(discovery.RootElement.TryGetProperty(name, out _), name);
        }
        foreach (var name in new[]
        {
            "request_parameter_supported", "request_uri_parameter_supported", "require_pushed_authorization_requests",
        })
        {
            Assert.False(
                discovery.RootElement.TryGetProperty(name, out var supported) && supported.GetBoolean(), name);
        }
        var visitor = await users.SomebodyAsync();
        foreach (var (name, value) in new[] { ("request", "e30.e30."), ("request_uri", "https://partner.example/r") })
        {
            var request = new AuthorizationRequest(users);
            request.Query[name] = value;
            var answer = await visitor.GetAsync(request.Address);
            Assert.DoesNotContain("code=", answer.Location ?? "", StringComparison.Ordinal);
        }
        using var pushed = await users.PostFormAsync("/connect/par", users.As("web"));
        Assert.Equal(HttpStatusCode.NotFound, pushed.StatusCode);
        var token = (await users.NewCustomerAsync("dpop@example.com")).Access;
        using var bound = new HttpRequestMessage(HttpMethod.Get, "/users/me");
        bound.Headers.Authorization = new("DPoP", token);
        using var refused = await users.Client.SendAsync(bound, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Redeems_a_code_for_who_can_prove_that_it_asked()
    {
        var request = new AuthorizationRequest(users);
        using var visitor = await NewVisitorAsync(users);
        var code = (await request.AskAsync(visitor))["code"];
        foreach (var wrong in new[] { null, "another-verifier-of-the-form-and-length-that-are-asked-for-012" })
        {
            using var refused = await request.RedeemAsync(code, wrong);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        using var other = await request.RedeemAsync(code, credentials: users.As("console"));
        Assert.Equal("invalid_grant", await ErrorAsync(other));
        using var secretless = await request.RedeemAsync(code, credentials: ("client_id", "web"));
        Assert.Equal("invalid_client", await ErrorAsync(secretless));
    }

    /// <summary>RFC 6749 §4.1.2: ten minutes at most.</summary>
    [Fact]
    public async Task Gives_a_code_five_minutes_to_be_redeemed()
    {
        using var visitor = await NewVisitorAsync(users);
        await new AuthorizationRequest(users).AskAsync(visitor);
        var times = await UsersDatabase.ReadTextsAsync(
            users,
            """
            select cast("CreationDate" as text) || '|' || cast("ExpirationDate" as text) from "OpenIddictTokens"
            where "Type" like '%' || @given
            """,
            "authorization_code");
        Assert.NotEmpty(times);
        Assert.All(times, each =>
        {
            var (made, end) = (Time(each.Split('|')[0]), Time(each.Split('|')[1]));
            Assert.InRange(end - made, TimeSpan.FromMinutes(4.9), TimeSpan.FromMinutes(5.1));
        });

        static DateTimeOffset Time(string text) => DateTimeOffset.Parse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    [Fact]
    public async Task Ends_all_that_a_code_gave_when_it_comes_again()
    {
        var request = new AuthorizationRequest(users);
        using var visitor = await NewVisitorAsync(users);
        var code = (await request.AskAsync(visitor))["code"];
        using var first = await request.RedeemAsync(code);
        var tokens = await Tokens.ReadAsync(first);
        using var second = await request.RedeemAsync(code);
        Assert.Equal("invalid_grant", await ErrorAsync(second));
        using var refresh = await users.RefreshAsync(tokens.Refresh!);
        Assert.Equal("invalid_grant", await ErrorAsync(refresh));
    }

    [Fact]
    public async Task Gives_one_of_many_who_come_at_once_with_a_code_something_that_lives_at_most()
    {
        var request = new AuthorizationRequest(users);
        using var visitor = await NewVisitorAsync(users);
        var code = (await request.AskAsync(visitor))["code"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => request.RedeemAsync(code)));
        var given = answers.Where(answer => answer.IsSuccessStatusCode).ToList();
        Assert.InRange(given.Count, 0, 1);
        foreach (var answer in given)
        {
            // A second one came, so what the first one got has ended with it.
            using var refresh = await users.RefreshAsync((await Tokens.ReadAsync(answer)).Refresh!);
            Assert.Equal("invalid_grant", await ErrorAsync(refresh));
        }
    }

    [Fact]
    public async Task Asks_nobody_for_a_password_when_told_so()
    {
        var request = new AuthorizationRequest(users);
        request.Query["prompt"] = "none";
        using var stranger = new Pages.Visitor(users);
        var refused = await request.AskAsync(stranger);
        // An error names its issuer too (RFC 9207 §2).
        Assert.Equal(("login_required", "http://127.0.0.1:8080/"), (refused["error"], refused["iss"]));
        using var known = await NewVisitorAsync(users);
        Assert.Contains("code", (await request.AskAsync(known)).Keys);
    }

    [Fact]
    public async Task Asks_for_the_password_again_when_told_so()
    {
        var request = new AuthorizationRequest(users);
        request.Query["prompt"] = "login";
        using var known = await NewVisitorAsync(users);
        var asked = await known.GetAsync(request.Address);
        Assert.StartsWith("/account/sign-in?", asked.Location, StringComparison.Ordinal);
        Assert.DoesNotContain("prompt", asked.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lets_a_person_read_what_the_scopes_allow()
    {
        var request = new AuthorizationRequest(users);
        request.Query["scope"] = "openid profile";
        using var visitor = await NewVisitorAsync(users);
        using var redeemed = await request.RedeemAsync((await request.AskAsync(visitor))["code"]);
        var token = (await Tokens.ReadAsync(redeemed)).Access;
        using var answer = await users.SendAsync(HttpMethod.Get, "/connect/userinfo", token);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"\"sub\":\"{new JsonWebToken(token).Subject}\"", text, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"Ada\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("email", text, StringComparison.Ordinal);
        using var nobody = await users.SendAsync(HttpMethod.Get, "/connect/userinfo", null);
        using var machine = await users.SendAsync(HttpMethod.Get, "/connect/userinfo", await users.ScriptsAsync());
        Assert.NotEqual(HttpStatusCode.OK, nobody.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, machine.StatusCode);
    }

    [Fact]
    public async Task Ends_session_and_tokens_when_the_client_signs_its_person_out()
    {
        var request = new AuthorizationRequest(users);
        using var visitor = await NewVisitorAsync(users);
        using var redeemed = await request.RedeemAsync((await request.AskAsync(visitor))["code"]);
        var tokens = PersonTokens.Read(
            await redeemed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        const string back = "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F&state=bye";
        var asked = await visitor.GetAsync($"/connect/endsession?client_id=web&{back}");
        Assert.StartsWith("/account/sign-out?returnUrl=", asked.Location, StringComparison.Ordinal); // Anybody can ask.
        var ended = await visitor.GetAsync($"/connect/endsession?id_token_hint={tokens.Identity}&{back}");
        Assert.Equal("http://127.0.0.1:8080/?state=bye", ended.Location);
        Assert.StartsWith("/account/sign-in", (await visitor.GetAsync("/account")).Location, StringComparison.Ordinal);
        using var refresh = await users.RefreshAsync(tokens.Refresh!);
        Assert.Equal("invalid_grant", await ErrorAsync(refresh));
        var elsewhere = await visitor.GetAsync(
            $"/connect/endsession?id_token_hint={tokens.Identity}" +
            "&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F");
        Assert.DoesNotContain("evil.example", elsewhere.Location ?? "", StringComparison.Ordinal);
    }

    /// <summary>Then the person is asked, as without one; nobody is signed out by it.</summary>
    [Fact]
    public async Task Asks_before_it_ends_a_session_for_another_persons_identity_token_or_a_forgotten_one()
    {
        var request = new AuthorizationRequest(users);
        using var visitor = await NewVisitorAsync(users);
        using var other = await NewVisitorAsync(users);
        var foreign = await IdentityAsync(request, other);
        var pruned = await IdentityAsync(request, visitor);
        await UsersDatabase.ExecuteAsync(
            users, """delete from "OpenIddictTokens" where "Id" = @a""",
            new JsonWebToken(pruned).GetClaim("oi_tkn_id").Value);
        foreach (var hint in new[] { foreign, pruned, "nonsense" })
        {
            var asked = await visitor.GetAsync($"/connect/endsession?client_id=web&id_token_hint={hint}");
            Assert.StartsWith("/account/sign-out?returnUrl=", asked.Location, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        }
    }

    [Fact]
    public async Task Goes_on_with_the_sign_out_that_the_person_has_confirmed()
    {
        using var visitor = await NewVisitorAsync(users);
        var asked = await visitor.GetAsync(
            "/connect/endsession?client_id=web&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F");
        var confirmed = await visitor.FillAsync(asked.Location!);
        Assert.StartsWith("/connect/endsession?", confirmed.Location, StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:8080/", (await visitor.GetAsync(confirmed.Location!)).Location);
    }

    private static async Task<string> IdentityAsync(AuthorizationRequest request, Pages.Visitor visitor)
    {
        using var redeemed = await request.RedeemAsync((await request.AskAsync(visitor))["code"]);
        return PersonTokens.Read(
            await redeemed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Identity!;
    }
}
