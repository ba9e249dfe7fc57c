using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Orders.Tests;

/// <summary>POST /orders as a client meets it.</summary>
public abstract class PlaceOrderApi(Shop shop)
{
    private readonly Guid _buyer = Guid.NewGuid();

    [Fact]
    public async Task The_same_key_and_body_answer_the_same_whatever_became_of_the_order()
    {
        var sku = await shop.ProductAsync();
        var request = new PlaceOrderRequest([new(sku, 2)], Reference: "aunt");
        using var first = await shop.TryPlaceAsync(_buyer, request, "key-1");
        var order = (await first.Content.ReadFromJsonAsync<OrderView>())!;
        await shop.UntilAsync(_buyer, order.Id, "Confirmed");
        using var again = await shop.TryPlaceAsync(_buyer, request, "key-1");
        Assert.Equal((201, 201), ((int)first.StatusCode, (int)again.StatusCode));
        Assert.Equal($"/orders/{order.Id}", again.Headers.Location?.OriginalString);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        var sku = await shop.ProductAsync();
        using var first = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(sku, 2)]), "key-2");
        using var other = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(sku, 3)]), "key-2");
        await Problems.IsProblemAsync(other, 422, "Idempotency-Key");
        // Which order it was: the shop takes that order's lines out of the basket.
        var order = (await first.Content.ReadFromJsonAsync<OrderView>())!;
        var refusal = await other.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(order.Id, refusal.GetProperty("order").GetGuid());
        using var anothers = await shop.TryPlaceAsync(Guid.NewGuid(), new PlaceOrderRequest([new(sku, 3)]), "key-2");
        Assert.Equal(201, (int)anothers.StatusCode);
    }

    [Fact]
    public async Task The_same_key_many_times_at_once_is_one_order()
    {
        var sku = await shop.ProductAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(sku, 1)]), "key-3")));
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
        Assert.All(answers, answer => Assert.Equal(201, (int)answer.StatusCode));
        Assert.Single(bodies.Distinct());
        using var mine = await shop.GetAsync("Orders", _buyer, "/orders");
        Assert.Equal(1, (await mine.Content.ReadFromJsonAsync<OrderPage>())!.Total);
    }

    [Fact]
    public async Task A_request_without_a_usable_key_is_told_what_to_send()
    {
        var request = JsonSerializer.Serialize(new PlaceOrderRequest([new("A", 1)]), JsonSerializerOptions.Web);
        using var none = await shop.PostTextAsync("/orders", _buyer, request);
        await Problems.IsProblemAsync(none, 400, "Idempotency-Key is missing");
        using var longer = await shop.PostTextAsync("/orders", _buyer, request, key: new string('k', 129));
        await Problems.IsProblemAsync(longer, 400, "at most 128");
    }

    [Theory]
    [InlineData("""{"lines":[{"sku":"A","quantity":1}""", 400)]
    [InlineData("""not json""", 400)]
    [InlineData("""{}""", 400)]
    [InlineData("""null""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData("""{"lines":null}""", 400)]
    [InlineData("""{"lines":[]}""", 400)]
    [InlineData("""{"lines":[null]}""", 400)]
    [InlineData("""{"lines":{"sku":"A"}}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":0}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":-1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":1000000000}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":99999999999999999999}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":1.5}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":"1"}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A"}]}""", 400)]
    [InlineData("""{"lines":[{"quantity":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"","quantity":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A B","quantity":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"../../etc","quantity":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":7,"quantity":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":1,"unitPriceMinor":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":1}],"totalMinor":1}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":1}],"buyer":"11111111-1111-1111-1111-111111111111"}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":1}],"lines":[{"sku":"B","quantity":1}]}""", 400)]
    [InlineData("""{"lines":[{"sku":"A","quantity":100000},{"sku":"A","quantity":1}]}""", 422)]
    [InlineData("""{"lines":[{"sku":"NO-SUCH-PRODUCT","quantity":1}]}""", 422)]
    public async Task A_request_that_cannot_be_an_order_is_a_problem(string body, int status)
    {
        using var answer = await shop.PostTextAsync("/orders", _buyer, body, key: Guid.NewGuid().ToString());
        await Problems.IsProblemAsync(answer, status);
        using var mine = await shop.GetAsync("Orders", _buyer, "/orders");
        Assert.Equal(0, (await mine.Content.ReadFromJsonAsync<OrderPage>())!.Total);
    }

    [Fact]
    public async Task Ten_thousand_lines_are_refused()
    {
        var lines = Enumerable.Range(0, 10_000).Select(at => new PlaceOrderLine($"S{at}", 1)).ToArray();
        using var answer = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest(lines));
        await Problems.IsProblemAsync(answer, 400);
    }

    [Fact]
    public async Task Texts_longer_than_their_bounds_and_other_media_types_are_refused()
    {
        using var reference = await shop.TryPlaceAsync(
            _buyer, new PlaceOrderRequest([new("A", 1)], Reference: new string('r', 65)));
        await Problems.IsProblemAsync(reference, 400);
        using var form = await shop.PostTextAsync("/orders", _buyer, "a=b", "application/x-www-form-urlencoded", "k");
        await Problems.IsProblemAsync(form, 415);
        using var none = await shop.PostTextAsync("/orders", _buyer, null, key: "k");
        await Problems.IsProblemAsync(none, 400);
    }

    [Fact]
    public async Task Products_that_are_not_for_sale_are_named()
    {
        var sku = await shop.ProductAsync();
        shop.Catalog.Put("GONE-1", 100, withdrawn: true);
        using var unknown = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(sku, 1), new("NEVER-WAS", 1)]));
        await Problems.IsProblemAsync(unknown, 422, "unknown: NEVER-WAS");
        using var withdrawn = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(sku, 1), new("GONE-1", 1)]));
        await Problems.IsProblemAsync(withdrawn, 422, "withdrawn: GONE-1");
    }

    [Fact]
    public async Task A_total_that_is_no_longer_the_price_is_not_charged_but_told()
    {
        var sku = await shop.ProductAsync(priceMinor: 250);
        var request = new PlaceOrderRequest([new(sku, 2)]);
        using var dearer = await shop.TryPlaceAsync(_buyer, request with { ExpectedTotalMinor = 400 });
        await Problems.IsProblemAsync(dearer, 409, "500");
        var told = await dearer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(500, told.GetProperty("totalMinor").GetInt64());
        Assert.Equal("GBP", told.GetProperty("currency").GetString());
        var lines = told.GetProperty("lines").Deserialize<OrderLineView[]>(JsonSerializerOptions.Web)!;
        var line = Assert.Single(lines);
        Assert.Equal((sku, 2, 250), (line.Sku, line.Quantity, line.UnitPriceMinor));
        using var cheaper = await shop.TryPlaceAsync(_buyer, request with { ExpectedTotalMinor = 600 });
        await Problems.IsProblemAsync(cheaper, 409);
        using var mine = await shop.GetAsync("Orders", _buyer, "/orders");
        Assert.Equal(0, (await mine.Content.ReadFromJsonAsync<OrderPage>())!.Total);
        using var agreed = await shop.TryPlaceAsync(_buyer, request with { ExpectedTotalMinor = 500 });
        Assert.Equal(201, (int)agreed.StatusCode);
    }

    [Fact]
    public async Task An_order_dearer_than_the_bound_is_refused()
    {
        var sku = await shop.ProductAsync(priceMinor: 100_000_000);
        using var answer = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(sku, 100_000)]));
        await Problems.IsProblemAsync(answer, 422, "total");
    }

    [Fact]
    public async Task While_Catalog_is_away_known_products_are_sold_and_new_ones_are_put_off()
    {
        var known = await shop.ProductAsync();
        await shop.PlaceAsync(_buyer, known);
        var fresh = await shop.ProductAsync();
        shop.Catalog.IsAway = true;
        try
        {
            await shop.PlaceAsync(_buyer, known);
            using var answer = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(fresh, 1)]));
            await Problems.IsProblemAsync(answer, 503, "Catalog is away");
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        finally
        {
            shop.Catalog.IsAway = false;
        }
        await Eventually.HoldsAsync("it can be ordered again", async () =>
        {
            using var answer = await shop.TryPlaceAsync(_buyer, new PlaceOrderRequest([new(fresh, 1)]));
            return (int)answer.StatusCode == 201;
        });
    }
}

[Collection(nameof(Shop))]
public sealed class PlaceOrderApiOnSqlite(Shop shop) : PlaceOrderApi(shop);

[Collection(nameof(PostgresShop))]
public sealed class PlaceOrderApiOnPostgres : PlaceOrderApi
{
    public PlaceOrderApiOnPostgres(PostgresShop shop) : base(shop) => shop.Require();
}
