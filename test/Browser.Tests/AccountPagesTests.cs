using Microsoft.Playwright;
using MimeKit;
using Tessera.Testing;

namespace Tessera.Browser.Tests;

/// <summary>What people do at the pages, in Chromium with scripts switched off.</summary>
public sealed class AccountPagesTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Registers_signs_in_resets_the_password_and_signs_out(int width, ColorScheme colors)
    {
        var email = $"ada-{width}@example.org";
        var page = await chromium.NewPageAsync(width, colors);
        await page.GotoAsync("/account/register");
        await FillAsync(
            page, ("Name (optional)", "Ada Lovelace"), ("E-mail address", "no address"), ("Password", "short"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the account" }).ClickAsync();
        // The list of faults has the focus, and each leads to its field.
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeFocusedAsync();
        await Chromium.ShowAsync(page, $"register-{width}");
        Assert.Equal("Ada Lovelace", await page.GetByLabel("Name (optional)").InputValueAsync());
        Assert.Equal("", await page.GetByLabel("Password").InputValueAsync());
        await FillAsync(page, ("E-mail address", email), ("Password", Password));
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the account" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Look into your mail");

        await SignInAsync(page, email, Password);
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Your account");
        await Chromium.ShowAsync(page, $"account-{width}");
        await page.GetByRole(AriaRole.Link, new() { Name = "See where you are signed in" }).ClickAsync();
        await Assertions.Expect(page.GetByText("this browser")).ToBeVisibleAsync();
        await Chromium.ShowAsync(page, $"sessions-{width}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("You are signed out");

        await page.GotoAsync("/account/sign-in");
        await Chromium.ShowAsync(page, $"sign-in-{width}");
        await page.GetByRole(AriaRole.Link, new() { Name = "I do not know my password" }).ClickAsync();
        await FillAsync(page, ("E-mail address", email));
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the link" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Look into your mail");
        await page.GotoAsync(await LinkToAsync(email));
        await FillAsync(page, ("New password", "four other words here"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("new password is set");
        await SignInAsync(page, email, "four other words here");
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Your account");
    }

    [Theory]
    [InlineData("/account/sign-in")]
    [InlineData("/account/register")]
    [InlineData("/account/reset")]
    public async Task Fits_a_telephone_and_breaks_no_rule_of_its_own(string address)
    {
        var page = await chromium.NewPageAsync(320, scripts: true);
        List<string> complaints = [];
        page.Console += (_, message) => { if (message.Type is "error" or "warning") complaints.Add(message.Text); };
        await page.GotoAsync(address);
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 320);
        // Each input has a name that a screen reader tells.
        foreach (var input in await page.Locator("input:not([type=hidden])").AllAsync())
        {
            var label = page.Locator($"label[for='{await input.GetAttributeAsync("id")}']");
            Assert.NotEqual("", await label.InnerTextAsync());
        }
        Assert.Empty(complaints);
    }

    private async Task<string> LinkToAsync(string email)
    {
        string? link = null;
        await Eventually.HoldsAsync($"a link to {email} is in the outbox", () => (link = FindLink(email)) is not null);
        return new Uri(link!).PathAndQuery;
    }

    private string? FindLink(string email)
    {
        var folder = chromium.Data.File("outbox");
        if (!Directory.Exists(folder)) return null;
        return Directory.GetFiles(folder, "*.eml")
            .Select(file => MimeMessage.Load(file, TestContext.Current.CancellationToken))
            .Where(mail => mail.To.Mailboxes.Single().Address == email && mail.Subject == "Set a new password")
            .SelectMany(mail => mail.TextBody!.Split('\n'))
            .FirstOrDefault(line => line.Contains("link=", StringComparison.Ordinal))?.Trim();
    }

    private static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    private static async Task SignInAsync(IPage page, string email, string password)
    {
        await page.GotoAsync("/account/sign-in");
        await FillAsync(page, ("E-mail address", email), ("Password", password));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static async Task FillAsync(IPage page, params (string Label, string Text)[] fields)
    {
        foreach (var (label, text) in fields) await page.GetByLabel(label, new() { Exact = true }).FillAsync(text);
    }
}
