using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Tessera.Users.Tests;

[Collection(nameof(UsersProcess))]
public sealed class RefreshTests(UsersProcess users)
{
    private const int AskersAtOnce = 10;

    [Fact]
    public async Task Gives_all_who_ask_at_once_the_same_successor()
    {
        for (var round = 0; round < 5; round++)
        {
            var first = await users.NewCustomerAsync($"at-once-{round}@example.com");
            var seconds = await RefreshAllAsync(Enumerable.Repeat(first.Refresh!, AskersAtOnce));
            Assert.Equal(1, await UsersDatabase.LivingRefreshTokensAsync(users, SubjectOf(first)));
            var thirds = await RefreshAllAsync(seconds.Select(tokens => tokens.Refresh!));
            Assert.Equal(1, await UsersDatabase.LivingRefreshTokensAsync(users, SubjectOf(first)));
            await RefreshAllAsync([thirds[0].Refresh!]);
        }
    }

    [Fact]
    public async Task Answers_who_lost_the_answer_with_what_lives_at_the_end_of_the_chain()
    {
        var first = await users.NewCustomerAsync("lost@example.com");
        var second = (await RefreshAllAsync([first.Refresh!])).Single();
        await RefreshAllAsync([second.Refresh!]);
        var late = (await RefreshAllAsync([first.Refresh!])).Single();
        Assert.Equal(1, await UsersDatabase.LivingRefreshTokensAsync(users, SubjectOf(first)));
        await RefreshAllAsync([late.Refresh!]);
    }

    [Fact]
    public async Task Takes_no_access_token_of_a_sign_in_that_has_ended_and_every_other_as_before()
    {
        const string email = "one-of-two@example.com";
        var ended = await users.NewCustomerAsync(email);
        var other = await users.SignInAsync(email, UsersProcess.Password);
        Assert.Equal(HttpStatusCode.OK, await ProfileAsync(ended));
        using var refreshed = await users.RefreshAsync(ended.Refresh!);
        var second = await Tokens.ReadAsync(refreshed);
        using var revoked = await users.RevokeAsync(second.Refresh!);
        // The whole sign-in: also the token that was given before the last refresh.
        foreach (var token in new[] { ended, second })
        {
            await Testing.Eventually.HoldsAsync(
                "it is refused", async () => await ProfileAsync(token) == HttpStatusCode.Unauthorized);
        }
        Assert.Equal(HttpStatusCode.OK, await ProfileAsync(other));
    }

    private async Task<HttpStatusCode> ProfileAsync(Tokens tokens)
    {
        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me", tokens.Access);
        return answer.StatusCode;
    }

    [Fact]
    public async Task Leaves_nothing_alive_when_a_sign_out_meets_a_refresh()
    {
        for (var round = 0; round < 10; round++)
        {
            var signedIn = await users.NewCustomerAsync($"sign-out-{round}@example.com");
            var refreshes = Enumerable.Range(0, 4).Select(_ => users.RefreshAsync(signedIn.Refresh!)).ToArray();
            using var revoked = await users.RevokeAsync(signedIn.Refresh!);
            Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
            await Task.WhenAll(refreshes);
            Assert.Equal(0, await UsersDatabase.LivingRefreshTokensAsync(users, SubjectOf(signedIn)));
        }
    }

    [Fact]
    public async Task Leaves_nothing_alive_when_an_erasure_meets_a_refresh()
    {
        for (var round = 0; round < 10; round++)
        {
            var signedIn = await users.NewCustomerAsync($"erase-{round}@example.com");
            var refreshes = Enumerable.Range(0, 4).Select(_ => users.RefreshAsync(signedIn.Refresh!)).ToArray();
            using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", signedIn.Access);
            Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
            await Task.WhenAll(refreshes);
            Assert.Equal(0, await UsersDatabase.LivingRefreshTokensAsync(users, SubjectOf(signedIn)));
        }
    }

    [Fact]
    public async Task Gives_an_access_token_for_less_and_goes_on_with_all()
    {
        var first = await users.NewCustomerAsync("fewer@example.com");
        using var fewer = await users.TryTokenAsync(
        [
            ("grant_type", "refresh_token"), ("refresh_token", first.Refresh!), ("scope", "orders.read"),
            .. users.As("web"),
        ]);
        Assert.Equal(HttpStatusCode.OK, fewer.StatusCode);
        var second = await Tokens.ReadAsync(fewer);
        Assert.Equal("orders.read", ScopesOf(second));
        var third = (await RefreshAllAsync([second.Refresh!])).Single();
        Assert.Equal(ScopesOf(first), ScopesOf(third));
    }

    [Fact]
    public async Task Gives_nothing_that_the_sign_in_was_not_for()
    {
        var first = await users.NewCustomerAsync("more@example.com");
        using var more = await users.TryTokenAsync(
        [
            ("grant_type", "refresh_token"), ("refresh_token", first.Refresh!), ("scope", "orders.read clients.write"),
            .. users.As("web"),
        ]);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
        await RefreshAllAsync([first.Refresh!]); // Not used up by it.
    }

    [Fact]
    public async Task Takes_no_changed_refresh_token()
    {
        var signedIn = await users.NewCustomerAsync("changed@example.com");
        using var changed = await users.RefreshAsync(signedIn.Refresh![..^6] + "AAAAAA");
        Assert.Equal(HttpStatusCode.BadRequest, changed.StatusCode);
    }

    private async Task<Tokens[]> RefreshAllAsync(IEnumerable<string> tokens) => await Task.WhenAll(
        tokens.ToArray().Select(async token =>
        {
            using var refreshed = await users.RefreshAsync(token);
            Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
            return await Tokens.ReadAsync(refreshed);
        }));

    private static string ScopesOf(Tokens tokens) => new JsonWebToken(tokens.Access).GetClaim("scope").Value;

    private static string SubjectOf(Tokens tokens) => new JsonWebToken(tokens.Access).Subject;
}
