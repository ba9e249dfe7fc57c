using System.Buffers.Binary;
using System.Net;
using Tessera.Testing.Services;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests;

[Collection(nameof(UsersProcess))]
public sealed class PasswordTests(UsersProcess users)
{
    private const string Better = "four other words here";

    [Fact]
    public async Task Changes_the_password_by_the_page_and_signs_out_everybody_else()
    {
        const string email = "change@example.com";
        var tokens = await users.NewCustomerAsync(email);
        using var here = new Visitor(users);
        using var there = new Visitor(users);
        await here.SignInAsync(email, UsersProcess.Password);
        await there.SignInAsync(email, UsersProcess.Password);
        var changed = await here.FillAsync("/account/password", ("current", UsersProcess.Password), ("new", Better));
        Assert.Equal((HttpStatusCode.SeeOther, "/account?done=password"), (changed.Status, changed.Location));
        Assert.Contains("is changed", (await here.GetAsync(changed.Location!)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await there.GetAsync("/account")).Status);
        using var refreshed = await users.RefreshAsync(tokens.Refresh!);
        Assert.Equal(HttpStatusCode.BadRequest, refreshed.StatusCode);
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity, (await there.SignInAsync(email, UsersProcess.Password)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await there.SignInAsync(email, Better)).Status);
        await Outbox.WaitForAsync(users, email, "Your password was changed");
    }

    [Fact]
    public async Task Changes_the_password_for_programs()
    {
        const string email = "change-api@example.com";
        var own = await users.NewCustomerAsync(email);
        var other = await users.SignInAsync(email, UsersProcess.Password);
        using var changed = await users.SendAsync(
            HttpMethod.Post, "/users/me/password", own.Access,
            new { current = UsersProcess.Password, @new = Better });
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        using var elsewhere = await users.RefreshAsync(other.Refresh!);
        using var here = await users.RefreshAsync(own.Refresh!);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (elsewhere.StatusCode, here.StatusCode));
        await Outbox.WaitForAsync(users, email, "Your password was changed");
    }

    /// <summary>As the hasher writes it: a version, the function, and the number of its iterations.</summary>
    [Fact]
    public async Task Keeps_a_hash_that_costs_what_OWASP_asks_for()
    {
        const string email = "hashed@example.com";
        await users.NewCustomerAsync(email);
        var hash = Convert.FromBase64String((string)(await UsersDatabase.ReadAsync(
            users, "select password_hash from users where email = @given", email))!);
        const int sha512 = 2;
        Assert.Equal(
            (1, sha512, 220_000),
            (hash[0], BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(1)),
                BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5))));
    }

    [Fact]
    public async Task Ends_a_link_that_was_mailed_before_the_change()
    {
        const string email = "change-link@example.com";
        using var visitor = await SignedInAsync(email);
        await visitor.FillAsync("/account/reset", ("email", email));
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Set a new password"));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(link)).Status);
        await visitor.FillAsync("/account/password", ("current", UsersProcess.Password), ("new", Better));
        Assert.Equal(HttpStatusCode.Gone, (await visitor.GetAsync(link)).Status);
    }

    [Theory]
    [InlineData("not the one", Better, "current")]
    [InlineData(UsersProcess.Password, "qwertyuiop", "new")]
    [InlineData(UsersProcess.Password, "Password123", "new")]
    [InlineData(UsersProcess.Password, "zzzzzzzzzzzz", "new")]
    [InlineData(UsersProcess.Password, "abcdefghijkl", "new")]
    [InlineData(UsersProcess.Password, "too short", "new")]
    [InlineData(UsersProcess.Password, "REFUSED-change@example.com", "new")]
    public async Task Refuses_a_change_and_says_why(string current, string wanted, string field)
    {
        const string email = "refused-change@example.com";
        using var visitor = await SignedInAsync(email);
        var refused = await visitor.FillAsync("/account/password", ("current", current), ("new", wanted));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(field, refused.Faults.Single().Field);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SignInAsync(email, UsersProcess.Password)).Status);
    }

    [Theory]
    [InlineData("qwertyuiop")]
    [InlineData("1111111111")]
    [InlineData("common-at-once@example.com")]
    [InlineData("common-at-once")]
    public async Task Takes_no_common_password_for_a_new_account(string password)
    {
        using var response = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email = "common-at-once@example.com", password });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("password", (await Problem.ReadAsync(response)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_long_ones_and_spaces_and_any_letters()
    {
        var password = "  日本語 ü 🦉 " + new string('x', 100);
        using var registered = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email = "long@example.com", password });
        Assert.Equal(HttpStatusCode.Accepted, registered.StatusCode);
        using var visitor = new Visitor(users);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SignInAsync("long@example.com", password)).Status);
        var cut = await visitor.SignInAsync("long@example.com", password[..^1]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, cut.Status);
    }

    [Fact]
    public async Task Makes_one_of_two_changes_at_once()
    {
        const string email = "twice@example.com";
        var token = (await users.NewCustomerAsync(email)).Access;
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(number => users.SendAsync(
            HttpMethod.Post, "/users/me/password", token,
            new { current = UsersProcess.Password, @new = $"{Better} {number}" })));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent));
    }

    private async Task<Visitor> SignedInAsync(string email)
    {
        using var registered = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email, password = UsersProcess.Password });
        Assert.Equal(HttpStatusCode.Accepted, registered.StatusCode);
        var visitor = new Visitor(users);
        await visitor.SignInAsync(email, UsersProcess.Password);
        return visitor;
    }
}
