using System.Net;
using System.Net.Http.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests;

/// <summary>What Users forgets by itself, and what not yet.</summary>
public sealed class PruneTests(PruneTests.Tidy users) : IClassFixture<PruneTests.Tidy>
{
    /// <summary>Forgets each second, and takes no redeemed token again.</summary>
    public sealed class Tidy : UsersProcess
    {
        protected override IEnumerable<(string Key, string Value)> Settings =>
            [.. base.Settings, ("Users:PruneInterval", "00:00:01"), ("Users:RefreshTokenLeeway", "00:00:00")];
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Knows_a_redeemed_token_again_however_old_it_was_when_it_was_redeemed()
    {
        const string email = "away-for-days@example.com";
        var first = await users.NewCustomerAsync(email);
        using var refreshed = await users.RefreshAsync(first.Refresh!);
        var second = await Tokens.ReadAsync(refreshed);
        await UsersDatabase.ExecuteAsync(
            users,
            """
            update "OpenIddictTokens" set "CreationDate" = @a
            where "Subject" = @b and "Status" = 'redeemed' and "Type" like '%refresh_token'
            """,
            TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2), new JsonWebToken(first.Access).Subject);
        await HasPrunedAsync(email);
        using var again = await users.RefreshAsync(first.Refresh!);
        using var other = await users.RefreshAsync(second.Refresh!);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (again.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task Forgets_what_nobody_could_use_for_a_day()
    {
        const string email = "long-ago@example.com";
        var tokens = await users.NewCustomerAsync(email);
        using var revoked = await users.RevokeAsync(tokens.Refresh!);
        var subject = new JsonWebToken(tokens.Access).Subject;
        var before = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2);
        await UsersDatabase.ExecuteAsync(
            users, """update "OpenIddictAuthorizations" set "CreationDate" = @a where "Subject" = @b""",
            before, subject);
        await HasPrunedAsync(email);
        // Its tokens are still there, and no fault to the round.
        Assert.Equal(1, await CountAsync("Authorizations", subject));
        var count = (int)await CountAsync("Tokens", subject);
        await UsersDatabase.ExecuteAsync(
            users, """update "OpenIddictTokens" set "CreationDate" = @a where "Subject" = @b""",
            before, subject, count);
        await HasPrunedAsync(email);
        Assert.Equal(0, await CountAsync("Tokens", subject));
        Assert.Equal(0, await CountAsync("Authorizations", subject));
        Assert.DoesNotContain("were not removed", users.Log, StringComparison.Ordinal);
    }

    /// <summary>Whoever writes waits meanwhile, and there are hundreds of tokens for each who is signed in.</summary>
    [Fact]
    public async Task Looks_for_what_is_over_without_reading_all_tokens()
    {
        if (TestDatabase.IsPostgres) // It reads a table as small as this one as a whole.
        {
            Assert.Equal(2, await UsersDatabase.CountAsync(
                users,
                """
                select count(*) from pg_index join pg_class on oid = indexrelid
                where indisvalid and relname in ('tokens_by_end', 'tokens_revoked') and @given <> ''
                """,
                "any"));
            return;
        }
        var steps = await UsersDatabase.ReadTextsAsync(
            users,
            """
            explain query plan delete from "OpenIddictTokens"
            where "ExpirationDate" < @given or ("Status" = 'revoked' and "CreationDate" < @given)
            """,
            "2026-01-01", column: 3);
        Assert.Contains(steps, step => step.Contains("tokens_by_end", StringComparison.Ordinal));
        Assert.Contains(steps, step => step.Contains("tokens_revoked", StringComparison.Ordinal));
        Assert.DoesNotContain(steps, step => step.StartsWith("SCAN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keeps_a_sign_in_of_long_ago_for_its_owner_to_end_while_it_is_refreshed()
    {
        const string email = "stolen-laptop@example.com";
        var tokens = await users.NewCustomerAsync(email);
        await EndAsync(email);
        await HasPrunedAsync(email);
        using var listed = await users.SendAsync(HttpMethod.Get, "/users/me/sessions", tokens.Access);
        var session = Assert.Single((await listed.Content.ReadFromJsonAsync<SessionsView>(Stop))!.Sessions);
        using var ended = await users.SendAsync(
            HttpMethod.Delete, $"/users/me/sessions/{session.Id}", tokens.Access);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var refused = await users.RefreshAsync(tokens.Refresh!);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Forgets_a_sign_in_of_long_ago_that_nothing_hangs_on()
    {
        const string email = "pages-alone@example.com";
        using var registered = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email, password = UsersProcess.Password });
        using var visitor = new Visitor(users);
        await visitor.SignInAsync(email, UsersProcess.Password);
        await EndAsync(email);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/account")).Status); // The pages ask again.
        await HasPrunedAsync(email);
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from sessions where user_id = (select id from users where email = @given)", email));
    }

    /// <summary>The end of the account's one session is over.</summary>
    private Task EndAsync(string email) => UsersDatabase.ExecuteAsync(
        users, "update sessions set ends_at = begun_at where user_id = (select id from users where email = @a)", email);

    private Task<long> CountAsync(string table, string subject) => UsersDatabase.CountAsync(
        users, $"""select count(*) from "OpenIddict{table}" where "Subject" = @given""", subject);

    /// <summary>A whole round has begun and ended: what is over goes twice.</summary>
    private async Task HasPrunedAsync(string email)
    {
        for (var time = 0; time < 2; time++)
        {
            var link = Guid.NewGuid().ToString();
            await UsersDatabase.ExecuteAsync(
                users,
                """
                insert into links (hash, purpose, user_id, made_at, ends_at)
                select @a, 'confirm', id, registered_at, registered_at from users where email = @b
                """,
                link, email);
            await Eventually.HoldsAsync("what is over is gone", async () =>
                await UsersDatabase.CountAsync(users, "select count(*) from links where hash = @given", link) == 0);
        }
    }
}
