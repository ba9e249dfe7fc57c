using Microsoft.Playwright;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Web.Tests.Calling;

namespace Tessera.Web.Tests;

/// <summary>The real storefront before a gateway that fails it.</summary>
public sealed class FaultPageTests : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new("faults");
    private readonly PretendedGateway _gateway = new();
    private ServiceProcess? _web;
    private LocalChromium? _chromium;

    public async ValueTask InitializeAsync()
    {
        LocalChromium.Require();
        _web = await ServiceProcess.StartAsync("Web", _data.Path, ("Web:Gateway", _gateway.Address));
        _chromium = await LocalChromium.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        if (_web is not null) await _web.DisposeAsync();
        await _gateway.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    [InlineData(false, ColorScheme.Light)]
    public async Task A_page_that_breaks_says_so_with_a_number_to_quote_and_nothing_of_its_inside(
        bool scripts, ColorScheme colors)
    {
        _gateway.Answer = (200, "{}"); // A list of products without products.
        await using var visitor = await NewVisitorAsync(scripts, colors);
        Assert.Equal(500, await visitor.GoAsync("/"));
        await Assertions.Expect(visitor.At("fault")).ToContainTextAsync("not your fault");
        await Assertions.Expect(visitor.At("search")).ToBeVisibleAsync();
        var page = await visitor.Page.ContentAsync();
        foreach (var inside in new[] { "Exception", "Reference", "Tessera.", ".razor", " at " })
            Assert.DoesNotContain(inside, page, StringComparison.Ordinal);
        var trace = await visitor.At("trace").InnerTextAsync();
        Assert.Matches("^[0-9a-f]{32}$", trace);
        await Eventually.HoldsAsync(
            "the failure is logged under the number", () => _web!.Log.Contains(trace, StringComparison.Ordinal));
        await visitor.IsAccessibleAsync(scripts);
    }

    [Theory]
    [InlineData(true, ColorScheme.Light)]
    [InlineData(true, ColorScheme.Dark)]
    [InlineData(false, ColorScheme.Light)]
    public async Task A_page_whose_service_is_away_says_when_to_try_again(bool scripts, ColorScheme colors)
    {
        await using var visitor = await NewVisitorAsync(scripts, colors);
        Assert.Equal(503, await visitor.GoAsync("/products/TEA"));
        await Assertions.Expect(visitor.At("fault")).ToContainTextAsync("try again in a minute");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Try again" }))
            .ToHaveAttributeAsync("href", "/products/TEA");
        await visitor.IsAccessibleAsync(scripts);
    }

    private Task<Visitor> NewVisitorAsync(bool scripts, ColorScheme colors) =>
        _chromium!.NewVisitorAsync(_web!.Address.AbsoluteUri.TrimEnd('/'), scripts, colors: colors);
}
