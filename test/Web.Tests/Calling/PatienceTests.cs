using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Baskets.Contracts;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;
using Tessera.Web.Pages;

namespace Tessera.Web.Tests.Calling;

/// <summary>A service takes requests and answers none: the page waits for what it is about, and for a moment for the
/// rest.</summary>
public sealed class PatienceTests : IDisposable
{
    private static readonly IOptions<WebOptions> options = Options.Create(new WebOptions());
    private readonly FakeTimeProvider _clock = new();
    private readonly DefaultHttpContext _context = new();
    private readonly Hanging _catalogAnswers = new(Answer);
    private readonly Hanging _others = new(Answer);
    private readonly HttpClient _catalogHttp;
    private readonly HttpClient _othersHttp;
    private readonly KeptCatalog _catalog;
    private readonly Shelves _shelves;
    private readonly Visit _visit;

    public PatienceTests()
    {
        _catalogHttp = new HttpClient(_catalogAnswers) { BaseAddress = new Uri("http://store/") };
        _othersHttp = new HttpClient(_others) { BaseAddress = new Uri("http://store/") };
        _catalog = new KeptCatalog(new StoreClient(_catalogHttp), options, _clock);
        _shelves = new Shelves(new StoreClient(_othersHttp), options, _clock);
        var tessera = Options.Create(new TesseraOptions());
        _context.RequestServices = new ServiceCollection().AddSingleton(tessera).BuildServiceProvider();
        _context.Request.Headers.Cookie = $"tessera-basket={Guid.NewGuid():N}";
        var accessor = new HttpContextAccessor { HttpContext = _context };
        var baskets = new BasketKeeper(new StoreClient(_othersHttp), accessor, options, _clock);
        _visit = new Visit(accessor, baskets, tessera, Options.Create(new ShopOptions()));
    }

    public void Dispose()
    {
        _catalogHttp.Dispose();
        _othersHttp.Dispose();
    }

    [Fact]
    public async Task Pages_open_without_the_number_when_Baskets_hangs()
    {
        _others.Hang = new TaskCompletionSource();
        var opening = ShowHome.Handle(_visit, _catalog, Stop);
        Assert.False(opening.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await opening;
        Assert.Null(_visit.BasketCount);
        _others.Hang.SetResult();
    }

    [Fact]
    public async Task The_basket_s_own_page_waits_for_it()
    {
        _others.Hang = new TaskCompletionSource();
        var waiting = _visit.BasketAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        _others.Hang.SetResult();
        Assert.Equal(3, (await waiting).Value?.Lines[0].Quantity);
    }

    [Fact]
    public async Task Nobody_can_say_what_is_in_stock_when_Inventory_hangs_and_the_next_page_does_not_wait_for_it()
    {
        _others.Hang = new TaskCompletionSource();
        var looking = _shelves.LookAsync(["TEA"], Stop);
        Assert.False(looking.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await looking);
        for (var page = 0; page < 20; page++) Assert.True(_shelves.LookAsync(["TEA"], Stop).IsCompleted);
        Assert.Equal(1, _others.Asked);

        _clock.Advance(TimeSpan.FromSeconds(3)); // Then one page asks whether it is back, and does not wait either.
        for (var page = 0; page < 20; page++) Assert.True(_shelves.LookAsync(["TEA"], Stop).IsCompleted);
        Assert.Equal(2, _others.Asked);

        _others.Hang.SetResult();
        _others.Hang = null;
        await Testing.Eventually.HoldsAsync("it is back", async () =>
            (await _shelves.LookAsync(["TEA"], Stop))?["TEA"].IsAvailable == true);
    }

    [Fact]
    public async Task Shows_what_was_known_last_when_Catalog_hangs()
    {
        await _catalog.ProductAsync("TEA", Stop);
        _clock.Advance(TimeSpan.FromSeconds(6));
        _catalogAnswers.Hang = new TaskCompletionSource();
        var asking = _catalog.ProductAsync("TEA", Stop);
        Assert.False(asking.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var tea = await asking;
        Assert.Equal(("Tea", true), (tea.Value?.Name, tea.IsAway));
        // What was never seen is not waited for any more either, however much of it a basket holds.
        var known = new Known<ProductView>[100];
        var many = _catalog.ForEachAsync(
            [.. known.Select((_, at) => $"P{at}")], (at, product) => known[at] = product, Stop);
        await many;
        Assert.All(known, each => Assert.True(each.IsAway));
        Assert.Equal(2, _catalogAnswers.Asked);
        // But a page that is nothing without it asks, though it hung a moment ago.
        var needed = _catalog.ProductAsync("CUP", Stop);
        Assert.False(needed.IsCompleted);
        _catalogAnswers.Hang.SetResult();
        Assert.Equal("Cup", (await needed).Value?.Name);
    }

    [Fact]
    public async Task A_product_that_was_never_seen_is_waited_for()
    {
        _catalogAnswers.Hang = new TaskCompletionSource();
        var asking = _catalog.ProductAsync("TEA", Stop);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(asking.IsCompleted);
        _catalogAnswers.Hang.SetResult();
        Assert.Equal("Tea", (await asking).Value?.Name);
    }

    [Fact]
    public async Task What_is_away_at_once_is_asked_each_time_and_seen_to_be_back()
    {
        _others.IsAway = true;
        Assert.Null(await _shelves.LookAsync(["TEA"], Stop));
        _others.IsAway = false;
        Assert.NotNull(await _shelves.LookAsync(["TEA"], Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static HttpResponseMessage Answer(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath["/api/v1".Length..] switch
        {
            "/products" => Pretended.Json(new ProductPage([], null, 0)),
            "/products/TEA" => Pretended.Json(new ProductView("TEA", "Tea", null, "tea", 250, "GBP", false, 1)),
            "/products/CUP" => Pretended.Json(new ProductView("CUP", "Cup", null, "tea", 250, "GBP", false, 1)),
            "/availability" => Pretended.Json(new AvailabilityView([new AvailableView("TEA", true, null)])),
            _ => Pretended.Json(new BasketView(Guid.NewGuid(), [new BasketLineView("TEA", 3, 250)])),
        };
}
