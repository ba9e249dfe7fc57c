using Microsoft.Playwright;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Browser.Tests;

/// <summary>Users, and the machine's own Chromium to look at its pages with.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServiceProcess? _users;

    public TemporaryFolder Data { get; } = new("browser");

    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("TESSERA_CHROMIUM") ?? Array.Find(places, File.Exists);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Path is null, "There is no Chromium here: apt-get install chromium, or set TESSERA_CHROMIUM.");
        _users = await ServiceProcess.StartAsync("Users", Data.Path);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run",
            ],
        });
    }

    /// <summary>A browser that nobody has used yet.</summary>
    public async Task<IPage> NewPageAsync(
        int width = 1280, ColorScheme colors = ColorScheme.Light, bool scripts = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = _users!.Address.AbsoluteUri,
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = colors,
            JavaScriptEnabled = scripts,
        });
        return await context.NewPageAsync();
    }

    /// <summary>Keeps a picture of the page where <c>TESSERA_SCREENSHOTS</c> names a folder for them.</summary>
    public static async Task ShowAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("TESSERA_SCREENSHOTS") is { } folder)
            await page.ScreenshotAsync(new() { Path = $"{folder}/{name}.png", FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_users is not null) await _users.DisposeAsync();
        Data.Dispose();
    }
}
