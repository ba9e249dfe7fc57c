using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests;

/// <summary>A whole store, and the machine's own Chromium to look at it with.</summary>
public class ShopInBrowser : Store
{
    private LocalChromium? _chromium;

    public ShopInBrowser()
        : this([])
    {
    }

    protected ShopInBrowser(params (string Name, string Value)[] settings)
        // Nothing hangs here: on a busy machine only what is slow would be taken for it.
        : base([("Web__CatalogFresh", "00:00:00"), ("Web__Patience", "00:00:08"), .. settings])
    {
    }

    public override async ValueTask InitializeAsync()
    {
        LocalChromium.Require();
        await base.InitializeAsync();
        _chromium = await LocalChromium.StartAsync();
    }

    /// <inheritdoc cref="LocalChromium.NewVisitorAsync"/>
    internal Task<Visitor> NewVisitorAsync(
        bool scripts = true, int width = 1280, ColorScheme colors = ColorScheme.Light, string language = "en-GB",
        string? zone = null) =>
        _chromium!.NewVisitorAsync($"http://127.0.0.1:{Port}", scripts, width, colors, language, zone);

    public override async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
