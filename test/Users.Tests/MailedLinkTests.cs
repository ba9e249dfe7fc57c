using System.Net;
using System.Text.RegularExpressions;
using Tessera.Testing.Services;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests;

[Collection(nameof(RestartedUsers))]
public sealed partial class MailedLinkTests(UsersProcess users)
{
    private const string Better = "four other words here";

    [Fact]
    public async Task Resets_a_password_by_a_link_that_works_once_and_signs_nobody_in()
    {
        const string email = "forgetful@example.com";
        var tokens = await users.NewCustomerAsync(email);
        using var signedIn = new Visitor(users);
        await signedIn.SignInAsync(email, UsersProcess.Password);
        using var visitor = new Visitor(users);
        var asked = await visitor.FillAsync("/account/reset", ("email", "Forgetful@Example.com"));
        Assert.Equal((HttpStatusCode.SeeOther, "/account/reset-asked"), (asked.Status, asked.Location));
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Set a new password"));
        // Looking at the page, as programs that check mails do, does not use it up.
        await visitor.GetAsync(link);
        var weak = await visitor.FillAsync(link, ("link", SecretOf(link)), ("password", "qwertyuiop"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "password"), (weak.Status, weak.Faults.Single().Field));
        var set = await visitor.SendAsync(weak, ("link", SecretOf(link)), ("password", Better));
        Assert.Equal((HttpStatusCode.SeeOther, "/account/sign-in?done=reset"), (set.Status, set.Location));

        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await signedIn.GetAsync("/account")).Status);
        using var refreshed = await users.RefreshAsync(tokens.Refresh!);
        Assert.Equal(HttpStatusCode.BadRequest, refreshed.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await visitor.GetAsync(link)).Status);
        var again = await visitor.SendAsync(weak, ("link", SecretOf(link)), ("password", "yet other words here"));
        Assert.Equal(HttpStatusCode.Gone, again.Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SignInAsync(email, Better)).Status);
        await Outbox.WaitForAsync(users, email, "Your password was changed");
    }

    [Fact]
    public async Task Confirms_an_address_by_the_link_alone()
    {
        const string email = "confirm@example.com";
        await users.NewCustomerAsync(email);
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Confirm your e-mail address"));
        using var visitor = new Visitor(users);
        var page = await visitor.GetAsync(link);
        Assert.Equal(0, await ConfirmedAsync(email));
        var forged = await visitor.SendAsync(page, ("link", new string('A', SecretOf(link).Length)));
        Assert.Equal(HttpStatusCode.Gone, forged.Status);
        var confirmed = await visitor.SendAsync(page, ("link", SecretOf(link)));
        Assert.Equal("/account/sign-in?done=confirmed", confirmed.Location);
        Assert.Equal(1, await ConfirmedAsync(email));
        Assert.Equal(HttpStatusCode.Gone, (await visitor.GetAsync(link)).Status);
    }

    [Fact]
    public async Task Takes_a_link_for_nothing_but_its_purpose()
    {
        const string email = "purpose@example.com";
        await users.NewCustomerAsync(email);
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Confirm your e-mail address"));
        using var visitor = new Visitor(users);
        var other = await visitor.GetAsync("/account/new-password?link=" + SecretOf(link));
        Assert.Equal(HttpStatusCode.Gone, other.Status);
    }

    [Fact]
    public async Task Takes_no_link_after_its_hour()
    {
        const string email = "late-link@example.com";
        await users.NewCustomerAsync(email);
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Confirm your e-mail address"));
        using var visitor = new Visitor(users);
        var page = await visitor.GetAsync(link);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        await UsersDatabase.ExecuteAsync(
            users, "update links set ends_at = made_at where hash = @a", HashOf(SecretOf(link)));
        Assert.Equal(HttpStatusCode.Gone, (await visitor.GetAsync(link)).Status);
        var late = await visitor.SendAsync(page, ("link", SecretOf(link))); // From a page that was opened in time.
        Assert.Equal(HttpStatusCode.Gone, late.Status);
        Assert.Equal(0, await ConfirmedAsync(email));
    }

    [Fact]
    public async Task Keeps_of_a_link_its_hash_alone()
    {
        const string email = "hash@example.com";
        await users.NewCustomerAsync(email);
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Confirm your e-mail address"));
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from links where hash = @given", SecretOf(link)));
        Assert.Equal(1, await UsersDatabase.CountAsync(
            users, "select count(*) from links where hash = @given", HashOf(SecretOf(link))));
    }

    [Fact]
    public async Task Answers_a_registration_the_same_whether_the_address_has_an_account_or_not()
    {
        const string taken = "taken-address@example.com";
        await users.NewCustomerAsync(taken);
        var (status, body) = await RegisterAsync("fresh-address@example.com");
        var (again, same) = await RegisterAsync(taken);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (status, again));
        Assert.Equal(body, same);
        using var visitor = new Visitor(users);
        var first = await RegisterByPageAsync(visitor, "fresh-page@example.com");
        var second = await RegisterByPageAsync(visitor, taken);
        Assert.Equal((first.Status, first.Location, first.Html), (second.Status, second.Location, second.Html));
        Assert.Equal(HttpStatusCode.SeeOther, first.Status);
        // The owner alone is told, and nothing has changed.
        await Outbox.WaitForAsync(users, taken, "You have an account already");
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SignInAsync(taken, UsersProcess.Password)).Status);
    }

    [Fact]
    public async Task Answers_a_reset_the_same_whether_the_address_has_an_account_or_not()
    {
        const string known = "known-reset@example.com";
        await users.NewCustomerAsync(known);
        using var visitor = new Visitor(users);
        var nobody = await visitor.FillAsync("/account/reset", ("email", "nobody-reset@example.com"));
        var somebody = await visitor.FillAsync("/account/reset", ("email", known));
        Assert.Equal(
            (nobody.Status, nobody.Location, nobody.Html), (somebody.Status, somebody.Location, somebody.Html));
        // Mails go out in turn: once the second one is there, the first one was looked at.
        await Outbox.WaitForAsync(users, known, "Set a new password");
        Assert.Empty(Outbox.All(users, "nobody-reset@example.com"));
    }

    [Fact]
    public async Task Sends_what_a_stranger_can_ask_for_once_in_a_while()
    {
        const string email = "flooded@example.com";
        await users.NewCustomerAsync(email);
        using var visitor = new Visitor(users);
        for (var time = 0; time < 3; time++)
        {
            await visitor.FillAsync("/account/reset", ("email", email));
            await RegisterAsync(email);
        }
        await AllAreSentAsync();
        var reset = Assert.Single(Outbox.All(users, email), mail => mail.Subject == "Set a new password");
        Assert.Single(Outbox.All(users, email), mail => mail.Subject == "You have an account already");
        // The owner's link is not ended by what a stranger asks for after it.
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(Outbox.LinkIn(reset))).Status);
        var before = TimeProvider.System.GetUtcNow().AddMinutes(-5);
        await UsersDatabase.ExecuteAsync(
            users,
            """
            update sent_mails set sent_at = @a
            where kind = 'reset' and user_id = (select id from users where email = @b)
            """,
            TestDatabase.IsPostgres ? before.UtcDateTime : before.ToUnixTimeMilliseconds(), email);
        await visitor.FillAsync("/account/reset", ("email", email));
        await AllAreSentAsync();
        Assert.Equal(2, Outbox.All(users, email).Count(mail => mail.Subject == "Set a new password"));
    }

    [Fact]
    public async Task Sends_what_was_queued_before_a_crash()
    {
        const string email = "crash-mail@example.com";
        await users.NewCustomerAsync(email);
        var mail = await Outbox.WaitForAsync(users, email, "Confirm your e-mail address");
        Assert.Contains("127.0.0.1", mail.MessageId, StringComparison.Ordinal);
        using var asked = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email, password = UsersProcess.Password });
        await users.RestartAsync(); // Killed as soon as the answer is there.
        await Outbox.WaitForAsync(users, email, "You have an account already");
        var all = Outbox.All(users, email);
        Assert.Equal(all.Count, all.Select(one => one.MessageId).Distinct().Count());
        Assert.Equal(2, all.Count);
    }

    [Fact]
    public async Task Forgets_links_and_sessions_with_the_account()
    {
        const string email = "erased-links@example.com";
        var token = (await users.NewCustomerAsync(email)).Access;
        await Outbox.WaitForAsync(users, email, "Confirm your e-mail address");
        using var visitor = new Visitor(users);
        await visitor.SignInAsync(email, UsersProcess.Password);
        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", token);
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        foreach (var table in new[] { "links", "sessions" })
        {
            Assert.Equal(0, await UsersDatabase.CountAsync(
                users, $"select count(*) from {table} where user_id not in (select id from users) and @given <> ''",
                table));
        }
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from mails where recipient = @given", email));
    }

    [Fact]
    public async Task Writes_mail_for_the_owner_of_the_data_folder_alone()
    {
        if (OperatingSystem.IsWindows()) return; // The folder's own rights say it there.
        await users.NewCustomerAsync("private-mail@example.com");
        await Outbox.WaitForAsync(users, "private-mail@example.com", "Confirm your e-mail address");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(users.Data.File("outbox")));
        foreach (var file in Directory.GetFiles(users.Data.File("outbox"), "*.eml"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private async Task<(HttpStatusCode Status, string Body)> RegisterAsync(string email)
    {
        using var answer = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email, password = "some other password" });
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, body.Replace(email, "", StringComparison.Ordinal));
    }

    private static Task<Page> RegisterByPageAsync(Visitor visitor, string email) => visitor.FillAsync(
        "/account/register", ("name", ""), ("email", email), ("password", "some other password"));

    /// <summary>Mails go out in turn: a new account's is the last.</summary>
    private async Task AllAreSentAsync()
    {
        var last = $"{Guid.NewGuid():N}@example.com";
        await RegisterAsync(last);
        await Outbox.WaitForAsync(users, last, "Confirm your e-mail address");
    }

    private Task<long> ConfirmedAsync(string email) => UsersDatabase.CountAsync(
        users, "select count(*) from users where confirmed_at is not null and email = @given", email);

    private static string HashOf(string secret) => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(secret)));

    private static string SecretOf(string link) => LinkSecret().Match(link).Groups[1].Value;

    [GeneratedRegex(@"link=([A-Za-z0-9_-]+)\z")]
    private static partial Regex LinkSecret();
}
