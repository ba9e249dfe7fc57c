using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Tests.Calling;

public sealed class KeptCatalogTests : IDisposable
{
    private const int KeptMax = 8;
    private readonly FakeTimeProvider _clock = new();
    private readonly HttpClient _http;
    private readonly KeptCatalog _catalog;
    private bool _isAway;

    public KeptCatalogTests()
    {
        _http = new HttpClient(new Pretended(request =>
            _isAway ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
            : request.RequestUri!.AbsolutePath.EndsWith("/products", StringComparison.Ordinal)
                ? Pretended.Json(new ProductPage([], null, 0))
                : Pretended.Json(new ProductView("TEA", "Tea", null, "tea", 250, "GBP", false, 1))))
        {
            BaseAddress = new Uri("http://store/"),
        };
        _catalog = new KeptCatalog(
            new StoreClient(_http), Options.Create(new WebOptions { CatalogKeptMax = KeptMax }), _clock);
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Knows_what_people_look_at_while_Catalog_is_away_whatever_somebody_has_searched_for()
    {
        for (var search = 0; search < 5 * KeptMax; search++)
        {
            await _catalog.ProductAsync("TEA", Stop);
            await _catalog.SearchAsync($"?search={search}", Stop);
            _clock.Advance(TimeSpan.FromSeconds(6));
        }
        _isAway = true;
        var tea = await _catalog.ProductAsync("TEA", Stop);
        Assert.True(tea.IsAway);
        Assert.Equal("Tea", tea.Value?.Name);
        Assert.Null((await _catalog.SearchAsync("?search=0", Stop)).Value); // The bound holds.
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
