using Microsoft.Playwright;
using Tessera.Testing.Servers;

namespace Tessera.Web.Tests;

/// <summary>The machine's own Chromium, without a window.</summary>
internal sealed class LocalChromium : IAsyncDisposable
{
    /// <summary>First the one that was built without windows: the whole browser draws them even where nobody sees them,
    /// which takes twice the processor time for each new visitor.</summary>
    private static readonly string[] places =
    [
        "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
    ];

    private static readonly string? program =
        Environment.GetEnvironmentVariable("TESSERA_CHROMIUM") is { Length: > 0 } given
            ? Array.Find([given], File.Exists)
            : Array.Find(places, File.Exists);

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private LocalChromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Skips the test on a machine that has none; fails it in CI.</summary>
    public static void Require()
    {
        if (program is null)
        {
            MissingServer.SkipOrFail(
                "Chromium", "Install it (apt-get install chromium-headless-shell), or set TESSERA_CHROMIUM.");
        }
    }

    public static async Task<LocalChromium> StartAsync()
    {
        Require();
        var playwright = await Playwright.CreateAsync();
        playwright.Selectors.SetTestIdAttribute("data-test");
        Assertions.SetDefaultExpectTimeout(20_000);
        return new LocalChromium(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run",
            ],
        }));
    }

    /// <summary>A browser that nobody has used yet.</summary>
    public async Task<IBrowserContext> NewContextAsync(
        string address, int width, int height, ColorScheme colors, bool scripts, string language = "en-GB",
        string? zone = null)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = address,
            // The certificate that a store makes for itself: who checks it is not what these tests are about.
            IgnoreHTTPSErrors = true,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = colors,
            JavaScriptEnabled = scripts,
            Locale = language,
            TimezoneId = zone,
        });
        context.SetDefaultTimeout(20_000);
        return context;
    }

    /// <summary>Somebody at a browser that nobody has used yet.</summary>
    public async Task<Visitor> NewVisitorAsync(
        string address, bool scripts = true, int width = 1280, ColorScheme colors = ColorScheme.Light,
        string language = "en-GB", string? zone = null)
    {
        var context = await NewContextAsync(address, width, 900, colors, scripts, language, zone);
        return new Visitor(context, await context.NewPageAsync(), address);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
