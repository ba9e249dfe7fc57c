using Microsoft.Playwright;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Tessera.Web.Tests;

namespace Tessera.Browser.Tests;

/// <summary>Users, and the machine's own Chromium to look at its pages with.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private LocalChromium? _chromium;
    private ServiceProcess? _users;

    /// <summary>Where the browser finds the pages.</summary>
    private string Address { get; set; } = "";

    public TemporaryFolder Data { get; } = new("browser");

    public async ValueTask InitializeAsync()
    {
        LocalChromium.Require();
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
        _chromium = await LocalChromium.StartAsync();
    }

    /// <summary>A browser that nobody has used yet.</summary>
    public async Task<IPage> NewPageAsync(
        int width = 1280, ColorScheme colors = ColorScheme.Light, bool scripts = false)
    {
        var context = await _chromium!.NewContextAsync(Address, width, 800, colors, scripts);
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
        if (_chromium is not null) await _chromium.DisposeAsync();
        if (_users is not null) await _users.DisposeAsync();
        Data.Dispose();
    }
}
