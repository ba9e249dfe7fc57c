using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Users.Contracts;
using static Tessera.Users.Tests.Authorizing.AuthorizationRequest;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>Programs that ask for tokens: the store's own, others', and machines.</summary>
public sealed class ClientTests(ClientTests.WithPartner users) : IClassFixture<ClientTests.WithPartner>
{
    public sealed class WithPartner : UsersProcess
    {
        protected override IEnumerable<(string, string)> Settings =>
        [
            .. base.Settings,
            ("Users:Clients:0:Id", "partner"), ("Users:Clients:0:Name", "A partner's shop"),
            ("Users:Clients:0:Secret", Password),
            ("Users:Clients:0:Grants:0", "authorization_code"), ("Users:Clients:0:Grants:1", "client_credentials"),
            ("Users:Clients:0:Grants:2", "refresh_token"),
            ("Users:Clients:0:Scopes:0", "orders.read"), ("Users:Clients:0:Scopes:1", "clients.read"),
            ("Users:Clients:0:RedirectUris:0", "https://partner.example/back"),
            ("Users:Clients:1:Id", "desktop"), ("Users:Clients:1:Name", "A desktop program"),
            ("Users:Clients:1:IsPublic", "true"), ("Users:Clients:1:Grants:0", "authorization_code"),
            ("Users:Clients:1:Scopes:0", "orders.read"),
            ("Users:Clients:1:RedirectUris:0", "http://127.0.0.1/back"),
            ("Users:Clients:1:RedirectUris:1", "http://[::1]/back"),
        ];
    }

    private static readonly (string, string)[] partner =
        [("client_id", "partner"), ("client_secret", UsersProcess.Password)];

    [Fact]
    public async Task Gives_a_machine_what_its_client_may_and_no_more()
    {
        using var all = await users.TryTokenAsync([("grant_type", "client_credentials"), .. partner]);
        var token = new JsonWebToken((await Tokens.ReadAsync(all)).Access);
        Assert.Equal(("partner", "machine"), (token.GetClaim("client_id").Value, token.GetClaim("role").Value));
        Assert.Equal("clients.read orders.read", token.GetClaim("scope").Value);
        using var one = await users.TryTokenAsync(
            [("grant_type", "client_credentials"), ("scope", "orders.read"), .. partner]);
        var fewer = (await Tokens.ReadAsync(one)).Access;
        Assert.Equal("orders.read", new JsonWebToken(fewer).GetClaim("scope").Value);
        using var more = await users.TryTokenAsync(
            [("grant_type", "client_credentials"), ("scope", "catalog.write"), .. partner]);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
        Assert.Equal("invalid_scope", await ErrorAsync(more));

        using var allowed = await users.SendAsync(HttpMethod.Get, "/users/clients", token.EncodedToken);
        using var without = await users.SendAsync(HttpMethod.Get, "/users/clients", fewer);
        using var person = await users.SendAsync(HttpMethod.Get, "/users/me", await users.ScriptsAsync());
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden],
            [allowed.StatusCode, without.StatusCode, person.StatusCode]);
        Assert.Contains("insufficient_scope", without.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asks_a_person_whether_a_partner_may_and_remembers_it()
    {
        var request = new AuthorizationRequest(users, "partner");
        using var visitor = await NewVisitorAsync(users);
        var asked = await visitor.GetAsync(request.Address);
        Assert.StartsWith("/account/consent?returnUrl=", asked.Location, StringComparison.Ordinal);
        var page = await visitor.GetAsync(asked.Location!);
        Assert.Contains("A partner&#x27;s shop", page.Html, StringComparison.Ordinal);
        var denied = await visitor.SendAsync(page, ("answer", "no"));
        Assert.Equal("access_denied", Read(await visitor.GetAsync(denied.Location!))["error"]);

        var allowed = await visitor.FillAsync(asked.Location!, ("answer", "yes"));
        var code = Read(await visitor.GetAsync(allowed.Location!))["code"];
        using var redeemed = await request.RedeemAsync(code, credentials: partner);
        var token = new JsonWebToken((await Tokens.ReadAsync(redeemed)).Access);
        Assert.Equal("openid offline_access orders.read", token.GetClaim("scope").Value);
        Assert.Contains("code", (await request.AskAsync(visitor)).Keys); // Not asked again for the same,
        request.Query["scope"] = "openid orders.read clients.read"; // but for more.
        Assert.StartsWith(
            "/account/consent?", (await visitor.GetAsync(request.Address)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asks_nobody_for_consent_when_told_so()
    {
        var request = new AuthorizationRequest(users, "partner");
        using var visitor = await NewVisitorAsync(users);
        request.Query["prompt"] = "none";
        Assert.Equal("consent_required", (await request.AskAsync(visitor))["error"]);
        request.Query.Remove("prompt");
        await visitor.FillAsync((await visitor.GetAsync(request.Address)).Location!, ("answer", "yes"));
        request.Query["prompt"] = "none";
        Assert.Contains("code", (await request.AskAsync(visitor)).Keys);
        request.Query["prompt"] = "consent"; // Whoever allowed it is asked again when the client wants it.
        Assert.StartsWith(
            "/account/consent?", (await visitor.GetAsync(request.Address)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hands_a_partner_no_more_than_the_person_may()
    {
        var request = new AuthorizationRequest(users, "partner");
        request.Query["scope"] = "openid orders.read clients.read";
        using var visitor = await NewVisitorAsync(users);
        var allowed = await visitor.FillAsync(
            (await visitor.GetAsync(request.Address)).Location!, ("answer", "yes"));
        using var redeemed = await request.RedeemAsync(
            Read(await visitor.GetAsync(allowed.Location!))["code"], credentials: partner);
        var token = new JsonWebToken((await Tokens.ReadAsync(redeemed)).Access);
        Assert.Equal("openid orders.read", token.GetClaim("scope").Value); // clients.read is an operator's.
    }

    /// <summary>A native application listens on whichever port is free (RFC 8252 §7.3).</summary>
    [Theory]
    [InlineData("http://127.0.0.1:43210/back")]
    [InlineData("http://[::1]:1024/back")]
    [InlineData("http://127.0.0.1/back")]
    public async Task Takes_a_native_application_back_on_any_port_of_this_machine(string address)
    {
        var request = new AuthorizationRequest(users, "desktop");
        request.Query["redirect_uri"] = address;
        request.Query["scope"] = "openid orders.read";
        using var visitor = await NewVisitorAsync(users);
        var allowed = await visitor.FillAsync(
            (await visitor.GetAsync(request.Address)).Location!, ("answer", "yes"));
        var back = await visitor.GetAsync(allowed.Location!);
        Assert.StartsWith(address + "?", back.Location, StringComparison.Ordinal);
        using var redeemed = await request.RedeemAsync(Read(back)["code"], credentials: ("client_id", "desktop"));
        Assert.Equal(HttpStatusCode.OK, redeemed.StatusCode);
    }

    /// <summary>Any program of the machine can say that it is the one that was allowed (RFC 8252 §8.6).</summary>
    [Fact]
    public async Task Asks_a_person_each_time_for_a_client_that_can_prove_nothing()
    {
        var request = new AuthorizationRequest(users, "desktop");
        request.Query["redirect_uri"] = "http://127.0.0.1:43210/back";
        request.Query["scope"] = "openid orders.read";
        using var visitor = await NewVisitorAsync(users);
        var asked = await visitor.GetAsync(request.Address);
        var allowed = await visitor.FillAsync(asked.Location!, ("answer", "yes"));
        Assert.Contains("code", Read(await visitor.GetAsync(allowed.Location!)).Keys);
        // Another program's request, with what was said to the first one's.
        var said = allowed.Location![allowed.Location!.LastIndexOf('&')..];
        request.Query["code_challenge"] = new string('A', request.Query["code_challenge"].Length);
        foreach (var address in new[] { request.Address, request.Address + said })
        {
            Assert.StartsWith(
                "/account/consent?", (await visitor.GetAsync(address)).Location, StringComparison.Ordinal);
        }
        request.Query["prompt"] = "none";
        Assert.Equal("consent_required", (await request.AskAsync(visitor))["error"]);
    }

    [Theory]
    [InlineData("desktop", "http://127.0.0.1:43210/elsewhere")]
    [InlineData("desktop", "http://localhost:43210/back")]
    [InlineData("desktop", "https://127.0.0.1:43210/back")]
    [InlineData("desktop", "http://192.0.2.1:43210/back")]
    [InlineData("partner", "https://partner.example:8443/back")]
    [InlineData("web", "http://127.0.0.1:43210/signed-in")] // It can keep a secret: it has one address.
    public async Task Takes_nobody_back_elsewhere(string client, string address)
    {
        var request = new AuthorizationRequest(users, client);
        request.Query["redirect_uri"] = address;
        using var visitor = await NewVisitorAsync(users);
        var refused = await visitor.GetAsync(request.Address);
        Assert.Equal((HttpStatusCode.BadRequest, null), (refused.Status, refused.Location));
    }

    [Fact]
    public async Task Adds_lists_and_removes_clients_for_operators()
    {
        var @operator = (await users.SignInOperatorAsync()).Access;
        var request = new AddClientRequest("warehouse", "Warehouse", ["client_credentials"], ["inventory.read"]);
        using var added = await users.SendAsync(HttpMethod.Post, "/users/clients", @operator, request);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var secret = (await added.Content.ReadFromJsonAsync<AddedClientView>(
            TestContext.Current.CancellationToken))!.Secret!;
        using var again = await users.SendAsync(HttpMethod.Post, "/users/clients", @operator, request);
        using var own = await users.SendAsync(
            HttpMethod.Post, "/users/clients", @operator, request with { Id = "scripts" });
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (again.StatusCode, own.StatusCode));
        (string, string)[] credentials =
            [("grant_type", "client_credentials"), ("client_id", "warehouse"), ("client_secret", secret)];
        using var token = await users.TryTokenAsync(credentials);
        Assert.Equal(HttpStatusCode.OK, token.StatusCode);
        using var removed = await users.SendAsync(HttpMethod.Delete, "/users/clients/warehouse", @operator);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await users.TryTokenAsync(credentials);
        Assert.Equal("invalid_client", await ErrorAsync(gone));
        using var kept = await users.SendAsync(HttpMethod.Delete, "/users/clients/scripts", @operator);
        Assert.Equal(HttpStatusCode.Conflict, kept.StatusCode);
    }

    [Fact]
    public async Task Ends_at_once_what_a_removed_client_holds()
    {
        var @operator = (await users.SignInOperatorAsync()).Access;
        using var added = await users.SendAsync(
            HttpMethod.Post, "/users/clients", @operator,
            new AddClientRequest(
                "stolen", "Stolen", ["client_credentials", "authorization_code", "refresh_token"], ["orders.read"],
                ["https://partner.example/back"]));
        var secret = (await added.Content.ReadFromJsonAsync<AddedClientView>(
            TestContext.Current.CancellationToken))!.Secret!;
        (string, string)[] credentials = [("client_id", "stolen"), ("client_secret", secret)];
        using var machine = await users.TryTokenAsync([("grant_type", "client_credentials"), .. credentials]);
        var request = new AuthorizationRequest(users, "stolen");
        using var visitor = await NewVisitorAsync(users);
        var allowed = await visitor.FillAsync(
            (await visitor.GetAsync(request.Address)).Location!, ("answer", "yes"));
        using var person = await request.RedeemAsync(
            Read(await visitor.GetAsync(allowed.Location!))["code"], credentials: credentials);
        string[] ids =
        [
            new JsonWebToken((await Tokens.ReadAsync(machine)).Access).GetClaim("oi_tkn_id").Value,
            new JsonWebToken((await Tokens.ReadAsync(person)).Access).GetClaim("oi_au_id").Value,
        ];
        using var removed = await users.SendAsync(HttpMethod.Delete, "/users/clients/stolen", @operator);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await Testing.Eventually.HoldsAsync("the services are told of it", async () =>
        {
            var ended = await users.Client.GetStringAsync("/internal/ended");
            return ids.All(id => ended.Contains(id, StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("password", "orders.read", null)]
    [InlineData("client_credentials", "orders.everything", null)]
    [InlineData("authorization_code", "orders.read", null)]
    [InlineData("authorization_code", "orders.read", "http://elsewhere.example/")]
    [InlineData("authorization_code", "orders.read", "https://elsewhere.example/#part")]
    [InlineData("authorization_code", "orders.read", "javascript:alert(1)")]
    public async Task Adds_no_client_that_could_not_be_trusted(string grant, string scope, string? redirect)
    {
        using var refused = await users.SendAsync(
            HttpMethod.Post, "/users/clients", await users.ScriptsAsync(),
            new AddClientRequest("sly", "Sly", [grant], [scope], redirect is null ? null : [redirect]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Fact]
    public async Task Tells_who_proves_itself_whether_a_token_lives_and_revokes_only_ones_own()
    {
        using var given = await users.TryTokenAsync([("grant_type", "client_credentials"), .. partner]);
        var token = (await Tokens.ReadAsync(given)).Access;
        Assert.True(await IsActiveAsync(token, partner));
        using var unproven = await users.PostFormAsync("/connect/introspect", ("token", token));
        Assert.NotEqual(HttpStatusCode.OK, unproven.StatusCode);
        using var foreign = await users.PostFormAsync("/connect/revoke", [("token", token), .. users.As("console")]);
        Assert.True(await IsActiveAsync(token, partner));
        var refresh = (await users.NewCustomerAsync("foreign-refresh@example.com")).Refresh!; // Of the client web.
        using var another = await users.PostFormAsync("/connect/revoke", [("token", refresh), .. partner]);
        using var goesOn = await users.RefreshAsync(refresh);
        Assert.Equal(HttpStatusCode.OK, goesOn.StatusCode);
        using var unknown = await users.PostFormAsync("/connect/revoke", [("token", "nonsense"), .. partner]);
        Assert.Equal(HttpStatusCode.OK, unknown.StatusCode);
        using var revoked = await users.PostFormAsync("/connect/revoke", [("token", token), .. partner]);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        Assert.False(await IsActiveAsync(token, partner));
        var id = new JsonWebToken(token).GetClaim("oi_tkn_id").Value;
        await Testing.Eventually.HoldsAsync("the services are told of it", async () =>
            (await users.Client.GetStringAsync("/internal/ended")).Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Acts_for_a_customer_by_address_for_who_has_that_scope()
    {
        await users.NewCustomerAsync("acted-by-scripts@example.com");
        using var issued = await users.SendAsync(
            HttpMethod.Post, "/users/tokens", await users.ScriptsAsync(),
            new ActForRequest("Acted-by-scripts@example.com"));
        var acting = (await issued.Content.ReadFromJsonAsync<ActingTokenView>(TestContext.Current.CancellationToken))!;
        var token = new JsonWebToken(acting.AccessToken);
        Assert.Equal(("scripts", "customer"), (token.GetClaim("client_id").Value, token.GetClaim("role").Value));
        using var profile = await users.SendAsync(HttpMethod.Get, "/users/me", acting.AccessToken);
        Assert.Equal(HttpStatusCode.OK, profile.StatusCode);
        using var nobody = await users.SendAsync(
            HttpMethod.Post, "/users/tokens", await users.ScriptsAsync(), new ActForRequest("nobody@example.com"));
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    private async Task<bool> IsActiveAsync(string token, (string, string)[] credentials)
    {
        using var answer = await users.PostFormAsync("/connect/introspect", [("token", token), .. credentials]);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        var isActive = document.RootElement.GetProperty("active").GetBoolean();
        // Of a token that does not live nothing else is told (RFC 7662 §2.2).
        if (!isActive) Assert.Single(document.RootElement.EnumerateObject());
        return isActive;
    }
}
