using Microsoft.Playwright;

namespace Tessera.Bench.Storefront;

/// <param name="OwnBytes">Of the document, styles and scripts, as they travel.</param>
internal sealed record Visit(double LcpMs, double Cls, double OwnBytes, double AllBytes);

/// <summary>Chromium on a slow telephone: a processor four times slower, and Lighthouse's fast 3G.</summary>
internal sealed class SlowVisitor : IAsyncDisposable
{
    private const int LatencyMs = 150;
    private const double BytesPerSecond = 1.6 * 1024 * 1024 / 8;

    private const string Measure =
        """
        () => new Promise(done => {
            let largest = 0, shifts = 0;
            new PerformanceObserver(list => { for (const each of list.getEntries()) largest = each.startTime; })
                .observe({ type: "largest-contentful-paint", buffered: true });
            new PerformanceObserver(list => { for (const each of list.getEntries()) shifts += each.value; })
                .observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => setTimeout(() => done([largest, shifts]), 100));
        })
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _store;

    private SlowVisitor(IPlaywright playwright, IBrowser browser, Uri store) =>
        (_playwright, _browser, _store) = (playwright, browser, store);

    public static async Task<SlowVisitor> StartAsync(Uri store)
    {
        var playwright = await Playwright.CreateAsync();
        var chromium = Environment.GetEnvironmentVariable("TESSERA_CHROMIUM") ?? "/usr/bin/chromium";
        var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = chromium, Args = ["--no-sandbox"] });
        return new SlowVisitor(playwright, browser, store);
    }

    /// <summary>In a browser that has seen nothing yet.</summary>
    public async Task<Visit> OpenAsync(string path)
    {
        await using var context = await _browser.NewContextAsync(
            new() { ViewportSize = new() { Width = 390, Height = 844 } });
        var page = await context.NewPageAsync();
        var devtools = await context.NewCDPSessionAsync(page);
        var kinds = new Dictionary<string, string>();
        double own = 0, all = 0;
        devtools.Event("Network.responseReceived").OnEvent += (_, told) =>
        {
            if (told is { } it) kinds[it.GetProperty("requestId").GetString()!] = it.GetProperty("type").GetString()!;
        };
        devtools.Event("Network.loadingFinished").OnEvent += (_, told) =>
        {
            if (told is not { } it) return;
            var bytes = it.GetProperty("encodedDataLength").GetDouble();
            all += bytes;
            var kind = kinds.GetValueOrDefault(it.GetProperty("requestId").GetString()!);
            if (kind is "Document" or "Stylesheet" or "Script") own += bytes;
        };
        await devtools.SendAsync("Network.enable");
        await devtools.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>
        {
            ["offline"] = false,
            ["latency"] = LatencyMs,
            ["downloadThroughput"] = BytesPerSecond,
            ["uploadThroughput"] = BytesPerSecond / 2,
        });
        await devtools.SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object> { ["rate"] = 4 });
        await page.GotoAsync(new Uri(_store, path).AbsoluteUri, new() { WaitUntil = WaitUntilState.NetworkIdle });
        var measured = await page.EvaluateAsync<double[]>(Measure);
        return new Visit(measured[0], measured[1], own, all);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
