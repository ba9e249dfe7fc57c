using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OtpNet;
using Tessera.Testing;
using Tessera.Users.Tests.Authorizing;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests.SecondFactor;

/// <summary>A code of an authenticator app besides the password, which the store asks of its operators here.</summary>
public sealed partial class SecondFactorTests(SecondFactorTests.Strict users) : IClassFixture<SecondFactorTests.Strict>
{
    private const string Better = "four other words here";

    public sealed class Strict : UsersProcess
    {
        protected override IEnumerable<(string, string)> Settings =>
        [
            ("Users:FailedSignInsMax", "3"), ("Users:SignInDelay", "00:00:10"), ("Users:SignInDelayMax", "00:00:10"),
            ("Users:OperatorsNeedSecondFactor", "true"),
        ];
    }

    [Fact]
    public async Task Asks_for_the_code_after_the_password_and_takes_each_code_once()
    {
        var (email, app, _) = await NewWithAppAsync();
        using var visitor = new Visitor(users);
        var asked = await visitor.SignInAsync(email, UsersProcess.Password, "/account/sessions");
        Assert.Equal(HttpStatusCode.OK, asked.Status);
        Assert.Contains("Enter the code", asked.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/account")).Status); // Not signed in yet.
        var code = NextCode(app);
        var signedIn = await EnterAsync(visitor, asked, code);
        Assert.Equal((HttpStatusCode.SeeOther, "/account/sessions"), (signedIn.Status, signedIn.Location));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);

        using var thief = new Visitor(users);
        var again = await thief.SignInAsync(email, UsersProcess.Password);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await EnterAsync(thief, again, code)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await thief.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Gives_one_session_to_many_who_come_at_once_with_one_code()
    {
        var (email, app, _) = await NewWithAppAsync();
        var visitors = Enumerable.Range(0, 3).Select(_ => new Visitor(users)).ToArray();
        var pages = await Task.WhenAll(visitors.Select(each => each.SignInAsync(email, UsersProcess.Password)));
        var code = NextCode(app);
        var answers = await Task.WhenAll(visitors.Zip(pages, (visitor, page) => EnterAsync(visitor, page, code)));
        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.SeeOther));
        foreach (var visitor in visitors) visitor.Dispose();
    }

    [Fact]
    public async Task Looks_at_few_guesses_of_a_code_whatever_network_they_come_from()
    {
        var (email, app, _) = await NewWithAppAsync();
        using var blocked = new Visitor(users, "203.0.113.9");
        var asked = await blocked.SignInAsync(email, UsersProcess.Password);
        for (var guess = 0; guess < 3; guess++)
        {
            using var guesser = new Visitor(users, $"198.51.100.{guess + 1}");
            var page = await guesser.SignInAsync(email, UsersProcess.Password);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await EnterAsync(guesser, page, "000000")).Status);
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await EnterAsync(blocked, asked, NextCode(app))).Status);
        // The wait ends, and the right code that was refused meanwhile is not used up.
        await Eventually.HoldsAsync(
            "the wait is over",
            async () => (await EnterAsync(blocked, asked, NextCode(app))).Status == HttpStatusCode.SeeOther,
            TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Takes_a_recovery_code_once_in_place_of_the_app()
    {
        var (email, _, recovery) = await NewWithAppAsync();
        Assert.Equal(10, recovery.Count);
        using var visitor = new Visitor(users);
        var page = await visitor.SignInAsync(email, UsersProcess.Password);
        Assert.Equal(HttpStatusCode.SeeOther, (await EnterAsync(visitor, page, recovery[0].ToUpperInvariant())).Status);
        Assert.Contains(
            "9 recovery codes", (await visitor.GetAsync("/account/second-factor")).Html, StringComparison.Ordinal);
        using var again = new Visitor(users);
        var second = await again.SignInAsync(email, UsersProcess.Password);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await EnterAsync(again, second, recovery[0])).Status);
        // With another one the app that was lost is removed.
        var removed = await visitor.FillAsync("/account/second-factor", ("code", recovery[1]));
        Assert.Equal("/account/second-factor?done=app-removed", removed.Location);
        using var plain = new Visitor(users);
        Assert.Equal(
            HttpStatusCode.SeeOther, (await plain.SignInAsync(email, UsersProcess.Password)).Status);
    }

    [Fact]
    public async Task Adds_no_app_that_does_not_show_the_code_and_keeps_the_secret_of_the_page()
    {
        using var visitor = await AuthorizationRequest.NewVisitorAsync(users);
        var page = await visitor.GetAsync("/account/second-factor");
        Assert.Contains("<svg class=\"qr\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page.Html, StringComparison.Ordinal);
        var wrong = await visitor.SendAsync(page, ("secret", page.ValueOf("secret")!), ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Equal(Secret().Match(page.Html).Groups[1].Value, Secret().Match(wrong.Html).Groups[1].Value);
        var forged = await visitor.SendAsync(page, ("secret", "of-somebody-else"), ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, forged.Status);
        Assert.Contains( // Nothing was added.
            "Add an authenticator app", (await visitor.GetAsync("/account/second-factor")).Html,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Falls_with_the_passkeys_when_who_added_it_had_not_proved_the_address()
    {
        var (email, _, _) = await NewWithAppAsync(); // By a stranger: nobody has followed the link yet.
        await UsersDatabase.ExecuteAsync(
            users,
            """
            insert into passkeys (id, user_id, public_key, sign_count, name, made_at)
            select @a, id, '', 0, 'A stranger''s', registered_at from users where email = @b
            """,
            email, email);
        using var owner = new Visitor(users);
        await ResetAsync(owner, email);
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from passkeys where id = @given", email));
        Assert.Equal(HttpStatusCode.SeeOther, (await owner.SignInAsync(email, Better)).Status); // No code is asked for.
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Stays_when_who_has_proved_the_address_resets_the_password()
    {
        var (email, app, _) = await NewWithAppAsync();
        using var owner = new Visitor(users);
        var link = Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Confirm your e-mail address"));
        var page = await owner.GetAsync(link);
        await owner.SendAsync(page, ("link", page.ValueOf("link")!));
        await ResetAsync(owner, email);
        var asked = await owner.SignInAsync(email, Better);
        Assert.Contains("Enter the code", asked.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await EnterAsync(owner, asked, NextCode(app))).Status);
    }

    [Fact]
    public async Task Gives_an_operator_no_token_for_a_password_alone()
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(
            users.Data.File("operator.json"), TestContext.Current.CancellationToken));
        var email = file.RootElement.GetProperty("email").GetString()!;
        var password = file.RootElement.GetProperty("password").GetString()!;
        var request = new AuthorizationRequest(users);
        using var visitor = new Visitor(users);
        await visitor.SignInAsync(email, password);
        var asked = await visitor.GetAsync(request.Address);
        Assert.StartsWith("/account/second-factor?returnUrl=", asked.Location, StringComparison.Ordinal);
        var device = await visitor.GetAsync("/account/device?user_code=1234");
        Assert.StartsWith("/account/second-factor?returnUrl=", device.Location, StringComparison.Ordinal);
        request.Query["prompt"] = "none";
        Assert.Equal("interaction_required", (await request.AskAsync(visitor))["error"]);
        request.Query.Remove("prompt");

        var app = await AddAppAsync(visitor, asked.Location!);
        Assert.StartsWith( // The session that was begun by password alone is still one.
            "/account/sign-in?returnUrl=", (await visitor.GetAsync(request.Address)).Location,
            StringComparison.Ordinal);
        var page = await visitor.SignInAsync(email, password, request.Address);
        var back = await EnterAsync(visitor, page, NextCode(app.Totp));
        Assert.Equal(request.Address, back.Location);
        Assert.Contains("code", (await request.AskAsync(visitor)).Keys);
    }

    private async Task<(string Email, Totp App, IReadOnlyList<string> Recovery)> NewWithAppAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var registered = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email, password = UsersProcess.Password });
        registered.EnsureSuccessStatusCode();
        using var visitor = new Visitor(users);
        await visitor.SignInAsync(email, UsersProcess.Password);
        var (app, recovery) = await AddAppAsync(visitor, "/account/second-factor");
        return (email, app, recovery);
    }

    private static async Task<(Totp Totp, IReadOnlyList<string> Recovery)> AddAppAsync(Visitor visitor, string address)
    {
        var page = await visitor.GetAsync(address);
        var app = new Totp(Base32Encoding.ToBytes(Secret().Match(page.Html).Groups[1].Value));
        // Of the half minute before this one: that of this one is left for the sign-in.
        var code = app.ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-30));
        var added = await visitor.SendAsync(page, ("secret", page.ValueOf("secret")!), ("code", code));
        Assert.True(added.Status == HttpStatusCode.OK, added.Html);
        // Nothing leads away from the codes but the word that they are kept: they are shown this once.
        Assert.DoesNotContain("/account/language", added.Html, StringComparison.Ordinal);
        return (app, [.. RecoveryCode().Matches(added.Html).Select(match => match.Groups[1].Value)]);
    }

    private async Task ResetAsync(Visitor owner, string email)
    {
        await owner.FillAsync("/account/reset", ("email", email));
        var page = await owner.GetAsync(
            Outbox.LinkIn(await Outbox.WaitForAsync(users, email, "Set a new password")));
        var set = await owner.SendAsync(page, ("link", page.ValueOf("link")!), ("password", Better));
        Assert.Equal("/account/sign-in?done=reset", set.Location);
    }

    private static Task<Page> EnterAsync(Visitor visitor, Page asked, string code) =>
        visitor.SendAsync(asked, ("ticket", asked.ValueOf("ticket") ?? ""), ("code", code));

    /// <summary>Of the half minute after this one: a step that begins meanwhile makes it no older.</summary>
    private static string NextCode(Totp app) =>
        app.ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30));

    [GeneratedRegex("""id="secret">([A-Z2-7]+)<""")]
    private static partial Regex Secret();

    [GeneratedRegex("""data-recovery-code>([^<]+)<""")]
    private static partial Regex RecoveryCode();
}
