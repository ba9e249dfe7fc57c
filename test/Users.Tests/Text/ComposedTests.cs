using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Tessera.Testing;

namespace Tessera.Users.Tests.Text;

/// <summary>Letters with accents come in two forms, by the system on which they are typed. They look alike.</summary>
[Collection(nameof(RestartedUsers))]
public sealed class ComposedTests(UsersProcess users)
{
    private const string Composed = "jos\u00E9";
    private const string Decomposed = "jose\u0301";
    private static readonly Account anybody = new(Guid.Empty, null, null, null, false, default);

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    public async Task Has_one_account_for_an_email_and_one_password_in_either_form(string first, string second)
    {
        var domain = $"@{Guid.NewGuid():N}.example";
        var password = "correct horse ";
        using var registered = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email = first + domain, password = password + first });
        Assert.Equal(HttpStatusCode.Accepted, registered.StatusCode);
        using var other = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email = second + domain, password = "another password" });
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode); // What a stranger is told whatever there is.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await users.PasswordAsync(
            second + domain, "another password", "203.0.113.8"));
        await users.SignInAsync(first + domain, password + first);
        await users.SignInAsync(second + domain, password + second);
        await users.SignInAsync(second + domain, password + first);
    }

    [Fact]
    public async Task Finds_accounts_that_were_stored_in_decomposed_form()
    {
        // A store of before: an account whose email and a customer whose reference are decomposed, and two accounts
        // whose emails look alike.
        var lone = await RegisterAsync("lone");
        var (first, second) = (await RegisterAsync("first"), await RegisterAsync("second"));
        await StoreEmailAsync(lone, Decomposed + "@lone.example");
        await StoreEmailAsync(first, Decomposed + "@pair.example");
        await StoreEmailAsync(second, Composed + "@pair.example");
        await UsersDatabase.ExecuteAsync(
            users, "insert into customer_references (reference, user_id) values (@a, @b)", Decomposed, lone);
        await UsersDatabase.ExecuteAsync(
            users, "insert into pending_steps (name) values (@a)", "compose-emails-and-references");
        await users.RestartAsync();
        Assert.Equal(lone, await SignedInAsync(Composed + "@lone.example"));
        Assert.Equal(lone, await SignedInAsync(Decomposed + "@lone.example"));
        Assert.Equal(second, await SignedInAsync(Decomposed + "@pair.example"));
        // What a process writes reaches us some time later.
        await Eventually.HoldsAsync(
            "the log names who is not found", () => users.Log.Contains(first.ToString(), StringComparison.Ordinal));
        Assert.Equal(1, await UsersDatabase.CountAsync(
            users, "select count(*) from customer_references where reference = @given", Composed));
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from pending_steps where name <> @given", ""));
    }

    [Theory]
    [InlineData(Composed)]
    [InlineData(Decomposed)]
    public void Knows_a_password_that_was_hashed_before_passwords_were_prepared(string typed)
    {
        var hasher = new HashPreparedPassword(Options.Create(new PasswordHasherOptions()));
        foreach (var stored in new[] { Composed, Decomposed })
        {
            var hash = new PasswordHasher<Account>().HashPassword(anybody, stored);
            Assert.NotEqual(
                PasswordVerificationResult.Failed, hasher.VerifyHashedPassword(anybody, hash, typed));
            Assert.Equal(PasswordVerificationResult.Failed, hasher.VerifyHashedPassword(anybody, hash, "jose"));
        }
    }

    private async Task<Guid> RegisterAsync(string name)
    {
        var email = $"{name}-{Guid.NewGuid():N}@example.com";
        return await SubjectAsync((await users.NewCustomerAsync(email)).Access);
    }

    private async Task<Guid> SignedInAsync(string email) =>
        await SubjectAsync((await users.SignInAsync(email, UsersProcess.Password)).Access);

    private async Task<Guid> SubjectAsync(string token)
    {
        using var profile = await users.SendAsync(HttpMethod.Get, "/users/me", token);
        return (await profile.Content.ReadFromJsonAsync<Contracts.UserView>(TestContext.Current.CancellationToken))!.Id;
    }

    private Task StoreEmailAsync(Guid user, string email) =>
        UsersDatabase.ExecuteAsync(users, "update users set email = @a where id = @b", email, user);
}
