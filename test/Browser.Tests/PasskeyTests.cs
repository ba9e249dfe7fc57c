using Microsoft.Playwright;

namespace Tessera.Browser.Tests;

/// <summary>Passkeys, with the authenticator that Chromium pretends to have.</summary>
public sealed class PasskeyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Adds_a_passkey_signs_in_by_it_and_removes_it()
    {
        var page = await chromium.NewPageAsync(scripts: true);
        await AddAuthenticatorAsync(page);
        await RegisterAsync(page, "passkey@example.org");
        await AddPasskeyAsync(page, "My laptop");
        await Assertions.Expect(page.GetByText("My laptop")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("never used")).ToBeVisibleAsync();
        await Chromium.ShowAsync(page, "passkeys");

        await SignOutAsync(page);
        await page.GotoAsync("/account/sign-in?returnUrl=%2Faccount%2Fpasskeys");
        await Chromium.ShowAsync(page, "sign-in-passkey");
        await PressAsync(page, "Sign in with a passkey");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Passkeys");
        await Assertions.Expect(page.GetByText("last used")).ToBeVisibleAsync();

        await PressAsync(page, "Remove My laptop");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("is removed");
        await SignOutAsync(page);
        await page.GotoAsync("/account/sign-in");
        await PressAsync(page, "Sign in with a passkey");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("not known here");
    }

    [Fact]
    public async Task Takes_what_the_device_has_signed_once()
    {
        var page = await chromium.NewPageAsync(scripts: true);
        await AddAuthenticatorAsync(page);
        await RegisterAsync(page, "replayed@example.org");
        await AddPasskeyAsync(page, "Telephone");
        await SignOutAsync(page);
        await page.GotoAsync("/account/sign-in");
        var sent = new TaskCompletionSource<string>();
        page.Request += (_, request) =>
        {
            if (request.Url.EndsWith("/account/sign-in/passkey", StringComparison.Ordinal))
                sent.TrySetResult(request.PostData ?? "");
        };
        await PressAsync(page, "Sign in with a passkey");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Your account");
        await SignOutAsync(page);
        var again = await page.Context.APIRequest.PostAsync("/account/sign-in/passkey", new()
        {
            DataString = await sent.Task,
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" },
            MaxRedirects = 0,
        });
        Assert.Equal(422, again.Status);
        await page.GotoAsync("/account");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task Offers_no_passkey_where_no_script_runs()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/account/sign-in");
        await Assertions.Expect(page.Locator("[data-passkey]")).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var devices = await page.Context.NewCDPSessionAsync(page);
        await devices.SendAsync("WebAuthn.enable");
        await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    private static async Task RegisterAsync(IPage page, string email)
    {
        await page.GotoAsync("/account/register");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(Password);
        await PressAsync(page, "Create the account");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Look into your mail");
        await page.GotoAsync("/account/sign-in");
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(Password);
        await PressAsync(page, "Sign in");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Your account");
    }

    private static async Task AddPasskeyAsync(IPage page, string name)
    {
        await page.GotoAsync("/account/passkeys");
        await page.GetByLabel("Name of the device").FillAsync(name);
        await PressAsync(page, "Add a passkey");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("is added");
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.GotoAsync("/account/sign-out");
        await PressAsync(page, "Sign out");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("You are signed out");
    }

    private static Task PressAsync(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });
}
