using System.Net;
using System.Net.Http.Json;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;

namespace Tessera.Catalog.Tests;

public sealed class CatalogApiTests(CatalogProcess catalog) : IClassFixture<CatalogProcess>
{
    private static readonly PutProductRequest pot = new("Tea pot", "Holds tea.", "kitchen", 1250);

    private Task<HttpResponseMessage> PutAsync(string sku, object content, string? ifMatch = null) =>
        catalog.SendAsync(HttpMethod.Put, $"/products/{sku}", catalog.Operator, content, ifMatch);

    [Fact]
    public async Task Adds_a_product_once_and_changes_it_by_another_content()
    {
        using var first = await PutAsync("put-1", pot);
        using var again = await PutAsync("put-1", pot);
        using var changed = await PutAsync("put-1", pot with { PriceMinor = 1300 });
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK],
            [first.StatusCode, again.StatusCode, changed.StatusCode]);
        Assert.Equal(["\"1\"", "\"1\"", "\"2\""], [first.Tag(), again.Tag(), changed.Tag()]);
        var product = await catalog.Client.GetFromJsonAsync<ProductView>(
            "/products/put-1", TestContext.Current.CancellationToken);
        Assert.Equal(
            new ProductView("PUT-1", "Tea pot", "Holds tea.", "kitchen", 1300, "GBP", Withdrawn: false, 2)
            {
                Pictures = product!.Pictures, // A list equals itself only.
            }, product);
        Assert.Empty(product.Pictures);
    }

    [Fact]
    public async Task Sends_a_product_only_when_it_changed()
    {
        using var put = await PutAsync("etag-1", pot);
        using var known = await catalog.SendAsync(HttpMethod.Get, "/products/etag-1", null, null, ifNoneMatch: "\"1\"");
        using var outdated = await catalog.SendAsync(
            HttpMethod.Get, "/products/etag-1", null, null, ifNoneMatch: "\"7\"");
        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (known.StatusCode, outdated.StatusCode));
    }

    [Fact]
    public async Task Refuses_a_change_of_a_version_that_is_gone()
    {
        using var put = await PutAsync("match-1", pot);
        using var other = await PutAsync("match-1", pot with { PriceMinor = 2 });
        using var late = await PutAsync("match-1", pot with { PriceMinor = 3 }, ifMatch: "\"1\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        await Problem.ReadAsync(late);
    }

    [Fact]
    public async Task Shows_a_withdrawn_product_only_to_who_asks_for_it()
    {
        using var put = await PutAsync("gone-1", pot with { Name = "Vanishing pot" });
        using var delete = await catalog.SendAsync(HttpMethod.Delete, "/products/gone-1", catalog.Operator, null);
        using var again = await catalog.SendAsync(HttpMethod.Delete, "/products/gone-1", catalog.Operator, null);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (delete.StatusCode, again.StatusCode));
        Assert.True((await catalog.Client.GetFromJsonAsync<ProductView>(
            "/products/gone-1", TestContext.Current.CancellationToken))!.Withdrawn);
        Assert.Empty((await SearchAsync("search=vanishing")).Items);
        using var price = await catalog.SendAsync(
            HttpMethod.Put, "/products/gone-1/price", catalog.Operator, new ChangePriceRequest(5));
        Assert.Equal(HttpStatusCode.Conflict, price.StatusCode);
    }

    [Fact]
    public async Task Finds_by_words_category_and_price_page_by_page()
    {
        var names = Enumerable.Range(0, 25).Select(number => $"Zebra lamp {number:00}").ToArray();
        var import = new ImportProductsRequest(
            [.. names.Select((name, number) => new ImportedProduct($"find-{number:00}", name, 100 + number, "zoo"))]);
        using var imported = await catalog.SendAsync(HttpMethod.Post, "/products/import", catalog.Operator, import);
        Assert.Equal(HttpStatusCode.OK, imported.StatusCode);

        var pages = new List<ProductPage> { await SearchAsync("search=LAMP zebra&size=10") };
        using var between = await PutAsync("find-between", pot with { Name = "Zebra lamp 00", Category = "zoo" });
        using var gone = await catalog.SendAsync(HttpMethod.Delete, "/products/find-09", catalog.Operator, null);
        while (pages[^1].Next is { } next)
            pages.Add(await SearchAsync($"search=LAMP zebra&size=10&after={next}"));
        // What came or went on a page already seen moves nothing on the next ones.
        Assert.Equal(names, pages.SelectMany(page => page.Items).Select(product => product.Name));
        Assert.All(pages, page => Assert.Equal(25, page.Total));
        Assert.Equal(3, (await SearchAsync("category=zoo&minPriceMinor=110&maxPriceMinor=112")).Total);
        Assert.Equal("Zebra lamp 07", (await SearchAsync("search=find-07")).Items.Single().Name);
    }

    [Fact]
    public async Task Says_of_a_page_that_is_as_before_that_the_client_has_it()
    {
        using var put = await PutAsync("tag-1", pot with { Name = "Tagged pot" });
        using var first = await catalog.SendAsync(HttpMethod.Get, "/products?search=tagged", null, null);
        var tag = first.Headers.ETag!.ToString();
        Assert.StartsWith("W/", tag, StringComparison.Ordinal);
        using var same = await catalog.SendAsync(
            HttpMethod.Get, "/products?search=tagged", null, null, ifNoneMatch: tag);
        using var other = await catalog.SendAsync(
            HttpMethod.Get, "/products?search=tagged&size=1&category=none", null, null, ifNoneMatch: tag);
        using var changed = await PutAsync("tag-1", pot with { Name = "Tagged pot", Description = "Another" });
        using var after = await catalog.SendAsync(
            HttpMethod.Get, "/products?search=tagged", null, null, ifNoneMatch: tag);
        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK, HttpStatusCode.OK),
            (same.StatusCode, other.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Refuses_a_cursor_that_no_page_gave()
    {
        foreach (var cursor in new[] { "x", Cursor.Of("only one") })
        {
            using var response = await catalog.Client.GetAsync(
                "/products?after=" + cursor, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            await Problem.ReadAsync(response);
        }
    }

    [Fact]
    public async Task Has_no_product_beside_another_that_differs_only_in_capital_letters()
    {
        using var small = await PutAsync("case-1", pot);
        using var large = await PutAsync("CASE-1", pot);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (small.StatusCode, large.StatusCode));
        Assert.Equal("/products/CASE-1", small.Headers.Location?.OriginalString);
        Assert.Equal("CASE-1", (await SearchAsync("search=case-1")).Items.Single().Sku);
    }

    [Fact]
    public async Task Refuses_a_code_that_ends_in_a_line_break()
    {
        using var response = await PutAsync("END-1%0A", pot);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(["sku"], (await Problem.ReadAsync(response)).Errors!.Keys);
    }

    [Fact]
    public async Task Adds_a_product_only_if_there_is_none_when_asked_to()
    {
        using var first = await catalog.SendAsync(
            HttpMethod.Put, "/products/none-1", catalog.Operator, pot, ifNoneMatch: "*");
        using var again = await catalog.SendAsync(
            HttpMethod.Put, "/products/none-1", catalog.Operator, pot with { PriceMinor = 7 }, ifNoneMatch: "*");
        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.PreconditionFailed), (first.StatusCode, again.StatusCode));
    }

    [Fact]
    public async Task Changes_nothing_under_a_condition_that_cannot_be_read()
    {
        using var put = await PutAsync("unread-1", pot);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/products/unread-1");
        request.Headers.Authorization = new("Bearer", catalog.Operator);
        request.Headers.TryAddWithoutValidation("If-Match", "1");
        request.Content = JsonContent.Create(pot with { PriceMinor = 7 });
        using var response = await catalog.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var product = await catalog.Client.GetFromJsonAsync<ProductView>(
            "/products/unread-1", TestContext.Current.CancellationToken);
        Assert.Equal(pot.PriceMinor, product!.PriceMinor);
    }

    [Theory]
    [InlineData("%25")]
    [InlineData("_")]
    [InlineData("'")]
    [InlineData("!")]
    public async Task Takes_a_wildcard_for_the_character_it_is(string text)
    {
        using var put = await PutAsync("plain-1", pot);
        Assert.Empty((await SearchAsync("search=" + text)).Items);
    }

    [Fact]
    public async Task Imports_the_same_file_again_without_a_change()
    {
        var import = new ImportProductsRequest([new("imp-1", "One", 1), new("imp-2", "Two", 2)]);
        using var first = await catalog.SendAsync(HttpMethod.Post, "/products/import", catalog.Operator, import);
        using var again = await catalog.SendAsync(HttpMethod.Post, "/products/import", catalog.Operator, import);
        Assert.Equal(new ImportedProductsView(2, 0, 0), await ReadAsync(first));
        Assert.Equal(new ImportedProductsView(0, 0, 2), await ReadAsync(again));
    }

    [Fact]
    public async Task Takes_a_guessed_category_only_where_there_is_none()
    {
        foreach (var (category, guess, expected) in new[]
        {
            (null, null, "general"), (null, "toys", "toys"), (null, "paper", "toys"), ("bags", "paper", "bags"),
        })
        {
            var product = new ImportedProduct("imp-guess", "One", 1, category) { CategoryIfNone = guess };
            using var import = await catalog.SendAsync(
                HttpMethod.Post, "/products/import", catalog.Operator, new ImportProductsRequest([product]));
            Assert.Equal(HttpStatusCode.OK, import.StatusCode);
            Assert.Equal(expected, (await SearchAsync("search=imp-guess")).Items.Single().Category);
        }
    }

    [Fact]
    public async Task Refuses_an_import_that_names_a_product_twice_and_takes_none_of_it()
    {
        using var twice = await catalog.SendAsync(HttpMethod.Post, "/products/import", catalog.Operator,
            new ImportProductsRequest([new("dup-1", "One", 1), new("dup-1", "Two", 2)]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, twice.StatusCode);
        using var missing = await catalog.Client.GetAsync("/products/dup-1", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "/products/role-1")]
    [InlineData("PUT", "/products/role-1/price")]
    [InlineData("DELETE", "/products/role-1")]
    [InlineData("POST", "/products/import")]
    [InlineData("GET", "/messaging/status")]
    [InlineData("POST", "/messaging/parked/discard")]
    public async Task Lets_only_operators_change_things(string method, string path)
    {
        using var anonymous = await catalog.SendAsync(new HttpMethod(method), path, null, new { });
        using var customer = await catalog.SendAsync(new HttpMethod(method), path, catalog.Customer, new { });
        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (anonymous.StatusCode, customer.StatusCode));
        await Problem.ReadAsync(customer);
    }

    [Theory]
    [InlineData("/products/bad%20sku", """{"name":"x","priceMinor":1}""")]
    [InlineData("/products/bad-1", """{"name":"","priceMinor":1}""")]
    [InlineData("/products/bad-1", """{"name":"x","priceMinor":0}""")]
    [InlineData("/products/bad-1", """{"name":"x","priceMinor":100000001}""")]
    [InlineData("/products/bad-1", """{"name":"x","priceMinor":"1"}""")]
    public async Task Refuses_what_is_out_of_bounds(string path, string body)
    {
        using var response = await catalog.SendAsync(
            HttpMethod.Put, path, catalog.Operator, System.Text.Json.JsonDocument.Parse(body));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Tells_operators_how_far_its_messaging_is()
    {
        using var status = await catalog.SendAsync(HttpMethod.Get, "/messaging/status", catalog.Operator, null);
        var text = await status.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var database = TestDatabase.IsPostgres ? "postgres" : "sqlite";
        Assert.Contains(
            $"\"service\":\"catalog\",\"broker\":\"embedded\",\"database\":\"{database}\"", text,
            StringComparison.Ordinal);
        using var all = await catalog.SendAsync(HttpMethod.Post, "/messaging/parked/replay", catalog.Operator, new { });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, all.StatusCode);
        using var dry = await catalog.SendAsync(
            HttpMethod.Post, "/messaging/parked/replay", catalog.Operator, new { all = true, dryRun = true });
        Assert.Equal(HttpStatusCode.OK, dry.StatusCode);
    }

    private static Task<ImportedProductsView?> ReadAsync(HttpResponseMessage response) =>
        response.Content.ReadFromJsonAsync<ImportedProductsView>(TestContext.Current.CancellationToken);

    private async Task<ProductPage> SearchAsync(string query) =>
        (await catalog.Client.GetFromJsonAsync<ProductPage>(
            "/products?" + query, TestContext.Current.CancellationToken))!;
}

internal static class Responses
{
    public static string Tag(this HttpResponseMessage response) => response.Headers.ETag!.Tag;
}
