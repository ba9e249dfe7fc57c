using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using static Tessera.Users.Tests.Authorizing.AuthorizationRequest;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>How old a sign-in may be, for a client that asks and for its refresh tokens.</summary>
[Collection(nameof(UsersProcess))]
public sealed class SignInAgeTests(UsersProcess users)
{
    [Fact]
    public async Task Says_when_the_person_signed_in_also_after_a_refresh()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var request = new AuthorizationRequest(users);
        request.Query["max_age"] = "1000";
        using var visitor = await NewVisitorAsync(users);
        using var redeemed = await request.RedeemAsync((await request.AskAsync(visitor))["code"]);
        var first = await PersonTokensOfAsync(redeemed);
        var at = long.Parse(new JsonWebToken(first.Identity).GetClaim("auth_time").Value);
        Assert.InRange(at, before, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        using var refreshed = await users.RefreshAsync(first.Refresh!);
        var second = await PersonTokensOfAsync(refreshed);
        Assert.Equal(at.ToString(), new JsonWebToken(second.Identity).GetClaim("auth_time").Value);
    }

    [Fact]
    public async Task Asks_for_the_password_when_the_sign_in_is_older_than_the_client_allows()
    {
        var request = new AuthorizationRequest(users);
        request.Query["max_age"] = "0";
        using var visitor = await NewVisitorAsync(users);
        await Eventually.HoldsAsync("the sign-in is older than nothing", async () =>
        {
            var asked = await visitor.GetAsync(request.Address);
            return asked.Location?.StartsWith("/account/sign-in?", StringComparison.Ordinal) == true;
        });
        request.Query["prompt"] = "none";
        Assert.Equal("login_required", (await request.AskAsync(visitor))["error"]);
    }

    [Theory]
    [InlineData("99999999999999")]
    [InlineData("9223372036854775807")]
    [InlineData("-99999999999999")]
    public async Task Takes_any_number_of_seconds_for_an_age(string age)
    {
        var request = new AuthorizationRequest(users);
        request.Query["max_age"] = age;
        using var visitor = await NewVisitorAsync(users);
        var asked = await visitor.GetAsync(request.Address);
        Assert.InRange((int)asked.Status, 300, 499);
    }

    [Fact]
    public async Task Refreshes_no_sign_in_beyond_its_end_however_new_the_token_is()
    {
        var tokens = await users.NewCustomerAsync("old-sign-in@example.com");
        using var good = await users.RefreshAsync(tokens.Refresh!);
        var newest = await Tokens.ReadAsync(good);
        await UsersDatabase.ExecuteAsync(
            users, """update "OpenIddictAuthorizations" set "CreationDate" = @a where "Subject" = @b""",
            TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-91), new JsonWebToken(tokens.Access).Subject);
        using var refused = await users.RefreshAsync(newest.Refresh!);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("invalid_grant", await ErrorAsync(refused));
    }

    private static async Task<PersonTokens> PersonTokensOfAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return PersonTokens.Read(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
