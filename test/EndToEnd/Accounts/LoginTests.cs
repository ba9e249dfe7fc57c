using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Tessera.Testing;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.EndToEnd.Accounts;

/// <summary>A newcomer at a terminal: <c>tessera login</c> and <c>tessera token</c>.</summary>
[Collection(nameof(PlainStore))]
public sealed partial class LoginTests(PlainStore store)
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Signs_in_by_a_code_in_a_browser_and_prints_tokens_from_then_on()
    {
        using var home = new TemporaryFolder("login");
        var email = await RegisterAsync();
        using (var login = Start(home, "login"))
        {
            await Eventually.HoldsAsync("the command shows a code", () => Code().IsMatch(login.Output));
            var code = Code().Match(login.Output).Groups[1].Value;
            Assert.Contains($"http://127.0.0.1:{store.Port}/account/device", login.Output, StringComparison.Ordinal);
            using var browser = new PersonSignIn(Address, store.Data, Address);
            Assert.Equal(HttpStatusCode.SeeOther, await browser.TryAsync(email, Password));
            Assert.Contains("is connected", await browser.ConfirmDeviceAsync(code), StringComparison.Ordinal);
            var ended = await login.EndAsync(TestContext.Current.CancellationToken);
            Assert.True(ended.ExitCode == 0, ended.All);
            Assert.Contains("Signed in", ended.Output, StringComparison.Ordinal);
        }
        // Each is a new one, and the sign-in goes on.
        for (var turn = 0; turn < 3; turn++)
        {
            var token = await RunAsync(home, "token");
            Assert.Equal(0, token.ExitCode);
            Assert.Equal(email, (await store.Shop.GetAsync<UserView>("/api/v1/users/me", token.Output.Trim())).Email);
        }
    }

    /// <summary>Scripts run beside each other: the refresh token that both read is used up by the first.</summary>
    [Fact]
    public async Task Gives_tokens_to_several_who_ask_at_once()
    {
        using var home = new TemporaryFolder("login");
        var email = await RegisterAsync();
        await SignInAsync(home, email);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync(home, "token")));
        Assert.All(tokens, token => Assert.True(token.ExitCode == 0, token.All));
        var after = await RunAsync(home, "token");
        Assert.True(after.ExitCode == 0, after.All);
    }

    [Fact]
    public async Task Says_how_to_sign_in_when_nobody_has()
    {
        using var home = new TemporaryFolder("login");
        var token = await RunAsync(home, "token");
        Assert.Equal(1, token.ExitCode);
        Assert.Equal("", token.Output.Trim());
        Assert.Contains("tessera login", token.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acts_for_a_customer_and_for_nobody_else()
    {
        using var home = new TemporaryFolder("login");
        var email = await RegisterAsync();
        var token = await RunAsync(home, "token", "--for", email);
        Assert.Equal(0, token.ExitCode);
        Assert.Equal(email, (await store.Shop.GetAsync<UserView>("/api/v1/users/me", token.Output.Trim())).Email);
        foreach (var wrong in new[] { "nobody@example.org", "operator@tessera.local", "no address" })
        {
            var refused = await RunAsync(home, "token", "--for", wrong);
            Assert.Equal(1, refused.ExitCode);
            Assert.Equal("", refused.Output.Trim());
            Assert.Contains(wrong, refused.Error, StringComparison.Ordinal);
        }
    }

    private Uri Address => new($"http://127.0.0.1:{store.Port}/");

    private async Task SignInAsync(TemporaryFolder home, string email)
    {
        using var login = Start(home, "login");
        await Eventually.HoldsAsync("the command shows a code", () => Code().IsMatch(login.Output));
        using var browser = new PersonSignIn(Address, store.Data, Address);
        await browser.TryAsync(email, Password);
        await browser.ConfirmDeviceAsync(Code().Match(login.Output).Groups[1].Value);
        Assert.Equal(0, (await login.EndAsync(TestContext.Current.CancellationToken)).ExitCode);
    }

    private async Task<string> RegisterAsync()
    {
        var email = $"newcomer-{Guid.NewGuid():N}@example.org";
        using var registered = await store.Shop.Http.PostAsJsonAsync(
            "/api/v1/users", new RegisterUserRequest(email, Password), TestContext.Current.CancellationToken);
        registered.EnsureSuccessStatusCode();
        return email;
    }

    private Task<CommandResult> RunAsync(TemporaryFolder home, params string[] words) => Command.RunAsync(
        At(home), TestContext.Current.CancellationToken, [.. words, "--data", store.Data]);

    private RunningCommand Start(TemporaryFolder home, params string[] words) =>
        Command.Start(At(home), [.. words, "--data", store.Data]);

    /// <summary>Where the command keeps who has signed in.</summary>
    private static Dictionary<string, string> At(TemporaryFolder home) =>
        new() { ["XDG_CONFIG_HOME"] = home.Path, ["HOME"] = home.Path };

    [GeneratedRegex(@"enter the code (\S+)")]
    private static partial Regex Code();
}
