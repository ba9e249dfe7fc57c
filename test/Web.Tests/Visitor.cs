using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Tessera.Web.Tests;

/// <summary>Somebody at a browser. Complaints of the browser and requests to elsewhere are kept.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    private readonly IBrowserContext _context;
    private readonly string _store;
    private readonly ConcurrentQueue<string> _complaints = [];

    /// <param name="store">The address of the store, without a slash behind it.</param>
    public Visitor(IBrowserContext context, IPage page, string store)
    {
        (_context, Page, _store) = (context, page, store);
        Listen(page);
    }

    public IPage Page { get; }

    /// <summary>Errors on the console, and requests that left the store.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public ILocator At(string test) => Page.GetByTestId(test);

    public Task<IReadOnlyList<BrowserContextCookiesResult>> CookiesAsync() => _context.CookiesAsync();

    public Task TakeCookieAsync(BrowserContextCookiesResult cookie) => _context.AddCookiesAsync(
    [
        new() { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, HttpOnly = true },
    ]);

    public async Task<IPage> NewTabAsync()
    {
        var page = await _context.NewPageAsync();
        Listen(page);
        return page;
    }

    /// <summary>Of the page that came last.</summary>
    public int Status { get; private set; }

    public async Task<int> GoAsync(string path) => (await Page.GotoAsync(path))!.Status;

    /// <summary>What has been said since the last time.</summary>
    public IEnumerable<string> TakeComplaints()
    {
        while (_complaints.TryDequeue(out var said)) yield return said;
    }

    /// <summary>As somebody without a mouse comes to it; where the focus is must be seen all the way, and nothing may
    /// lie over it.</summary>
    public async Task TabToAsync(ILocator wanted)
    {
        for (var tabs = 0; tabs < 80; tabs++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var isSeen = await Page.EvaluateAsync<bool>(
                """
                (() => {
                    const it = document.activeElement, box = it.getClientRects()[0];
                    if (it === document.body) return true;
                    const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                    return getComputedStyle(it).outlineStyle !== "none" && it.contains(seen);
                })()
                """);
            Assert.True(isSeen, await Page.EvaluateAsync<string>("document.activeElement.outerHTML"));
            if (await wanted.EvaluateAsync<bool>("it => it === document.activeElement")) return;
        }
        Assert.Fail($"{wanted} was not reached.");
    }

    public async Task AddToBasketAsync(string sku, int quantity = 1)
    {
        await GoAsync($"/products/{sku}");
        await Page.GetByLabel("Quantity").FillAsync($"{quantity}");
        await At("add").ClickAsync();
        await Assertions.Expect(At("added")).ToBeVisibleAsync();
    }

    /// <summary>Registers at the page that a sign-in leads to, and signs in there.</summary>
    /// <returns>The e-mail address.</returns>
    public async Task<string> RegisterAndSignInAsync()
    {
        var email = $"visitor-{Guid.NewGuid():N}@example.org";
        var labels = await AccountLabelsAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = labels.Register }).ClickAsync();
        await Page.GetByLabel(labels.Email).FillAsync(email);
        await Page.GetByLabel(labels.Password, new() { Exact = true }).FillAsync(Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = labels.Create }).ClickAsync();
        await Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = labels.SignIn }).ClickAsync();
        await SignInAsync(email);
        return email;
    }

    /// <summary>At the page that a sign-in leads to, with an account that was made here.</summary>
    public async Task SignInAsync(string email)
    {
        var labels = await AccountLabelsAsync();
        await Page.GetByLabel(labels.Email).FillAsync(email);
        await Page.GetByLabel(labels.Password, new() { Exact = true }).FillAsync(Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = labels.SignIn, Exact = true }).ClickAsync();
    }

    /// <inheritdoc cref="RegisterAndSignInAsync"/>
    public async Task<string> SignInNewAsync()
    {
        await GoAsync("/sign-in");
        var email = await RegisterAndSignInAsync();
        await GoAsync("/sign-in");
        await Assertions.Expect(At("my-orders")).ToBeVisibleAsync();
        return email;
    }

    public async Task BecomesAsync(string state, bool reloads = false)
    {
        if (!reloads)
        {
            await Assertions.Expect(At("order-state")).ToHaveAttributeAsync(
                "data-state", state, new() { Timeout = 30_000 });
            return;
        }
        await Testing.Eventually.HoldsAsync($"the order's page says {state}", async () =>
        {
            await Page.ReloadAsync();
            return await At("order-state").GetAttributeAsync("data-state") == state;
        }, TimeSpan.FromSeconds(30));
    }

    /// <summary>What axe-core finds serious or worse, in words.</summary>
    public Task<string[]> SeriousFaultsAsync() => SeriousFaultsAsync(Page);

    /// <inheritdoc cref="SeriousFaultsAsync()"/>
    public static async Task<string[]> SeriousFaultsAsync(IPage page)
    {
        var found = await page.RunAxe();
        return
        [
            .. found.Violations.Where(fault => fault.Impact is "serious" or "critical")
                .Select(fault => $"{page.Url}: {fault.Id}: {fault.Help}: " +
                    string.Join("; ", fault.Nodes.Select(node => node.Html))),
        ];
    }

    /// <summary>Keeps a picture of the page where <c>TESSERA_SCREENSHOTS</c> names a folder for them.</summary>
    public async Task ShowAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("TESSERA_SCREENSHOTS") is { } folder)
            await Page.ScreenshotAsync(new() { Path = $"{folder}/{name}.png", FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            KeepPicturesAttribute.Take(await Page.ScreenshotAsync(
                new() { Type = ScreenshotType.Jpeg, Quality = 60, Timeout = 5_000 }));
        }
        catch (Exception gone) when (gone is PlaywrightException or TimeoutException)
        {
            // A test that closed the page, or a browser that died: there is nothing to be seen.
        }
        await _context.DisposeAsync();
    }

    private async Task<AccountLabels> AccountLabelsAsync() =>
        AccountLabels.In(await Page.Locator("html").GetAttributeAsync("lang"));

    private void Listen(IPage page)
    {
        page.Response += (_, response) =>
        {
            if (response.Request.IsNavigationRequest) Status = response.Status;
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, failure) => _complaints.Enqueue($"{page.Url}: {failure}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_store + "/", StringComparison.Ordinal))
                _complaints.Enqueue($"{page.Url} asks for {request.Url}");
        };
    }
}
