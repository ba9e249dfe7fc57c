using Microsoft.Playwright;
using Tessera.Testing;
using Tessera.Testing.Servers;
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

    /// <summary>Where the browser finds the pages.</summary>
    private string Address { get; set; } = "";

    public TemporaryFolder Data { get; } = new("browser");

    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("TESSERA_CHROMIUM") ?? Array.Find(places, File.Exists);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Path is null, "There is no Chromium here: apt-get install chromium, or set TESSERA_CHROMIUM.");
        // By its name: browsers make no passkeys for an address of digits.
        var port = FreePort.Next();
        Address = $"http://localhost:{port}/";
        _users = await ServiceProcess.StartAsync(
            "Users", Data.Path, ("Listen:Http1", $"127.0.0.1:{port}"), ("Tessera:PublicUrl", Address));
        // It answers before its tables are there; ready is when they are.
        using var client = new HttpClient { BaseAddress = _users.Address };
        await Eventually.HoldsAsync("Users is ready", async () =>
        {
            using var health = await client.GetAsync("/health/ready");
            return health.IsSuccessStatusCode;
        }, TimeSpan.FromMinutes(2));
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
            BaseURL = Address,
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
