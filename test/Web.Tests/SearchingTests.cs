using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.Catalog.Contracts;

namespace Tessera.Web.Tests;

/// <summary>How people find things: words, filters, orders, pages, suggestions.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class SearchingTests(ShopInBrowser shop)
{
    private static string NewWord() => "q" + string.Concat(Guid.NewGuid().ToString("N")[..9].Select(
        digit => (char)('a' + Convert.ToInt32($"{digit}", 16)))); // Letters only, like a name.

    private async Task<string> ShelveAsync(int count)
    {
        var word = NewWord();
        for (var number = 1; number <= count; number++)
        {
            await shop.Shop.SendAsync(
                HttpMethod.Put, $"/api/v1/products/{word}-{number:00}",
                new PutProductRequest($"{word} {number:00}", null, number % 2 == 0 ? "even" : "odd", number * 100),
                shop.Shop.Operator);
        }
        return word;
    }

    private static Task<IReadOnlyList<string>> NamesAsync(Visitor visitor) =>
        visitor.At("products").GetByTestId("product-name").AllInnerTextsAsync();

    [Theory]
    [InlineData(true, 1280)]
    [InlineData(false, 390)]
    public async Task Narrows_sorts_and_turns_pages_by_addresses_alone(bool scripts, int width)
    {
        var word = await ShelveAsync(27);
        await using var visitor = await shop.NewVisitorAsync(scripts, width);
        await visitor.GoAsync("/");
        await visitor.At("search").FillAsync(word[..8]);
        await visitor.At("search").PressAsync("Enter");
        await Assertions.Expect(visitor.At("found")).ToHaveTextAsync("27 products");
        await visitor.At("sort-price-desc").ClickAsync();
        Assert.Equal($"{word} 27", (await NamesAsync(visitor))[0]);
        await visitor.At("more").ClickAsync();
        Assert.Equal([$"{word} 03", $"{word} 02", $"{word} 01"], await NamesAsync(visitor));
        await visitor.Page.GoBackAsync();
        Assert.Equal(24, (await NamesAsync(visitor)).Count);
        await visitor.At("category-even").ClickAsync();
        await Assertions.Expect(visitor.At("found")).ToHaveTextAsync("13 products");
        await visitor.At("price-500").ClickAsync();
        Assert.Equal([$"{word} 08", $"{word} 06"], await NamesAsync(visitor));
        await visitor.Page.ReloadAsync();
        Assert.Equal([$"{word} 08", $"{word} 06"], await NamesAsync(visitor));
        await Assertions.Expect(visitor.At("search")).ToHaveValueAsync(word[..8]);
        Assert.InRange(await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
        if (scripts) Assert.Empty(await visitor.SeriousFaultsAsync()); // The judge is a script, too.
        await visitor.At("category-even").ClickAsync(); // Off again.
        Assert.Equal([$"{word} 09", $"{word} 08", $"{word} 07", $"{word} 06", $"{word} 05"], await NamesAsync(visitor));
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    [Fact]
    public async Task Shows_a_way_on_to_who_found_nothing()
    {
        var word = await ShelveAsync(1);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/search?q={word[..5]}{word[6..]}");
        await Assertions.Expect(visitor.At("found")).ToHaveTextAsync("Nothing was found.");
        await Assertions.Expect(visitor.At("categories").GetByRole(AriaRole.Link, new() { Name = "Odd" }))
            .ToBeVisibleAsync();
        Assert.Empty(await visitor.SeriousFaultsAsync());
        await visitor.At("meant").ClickAsync();
        await Assertions.Expect(visitor.At("found")).ToHaveTextAsync("1 product");
        await visitor.GoAsync($"/search?q={word}&category=even");
        await visitor.At("unfiltered").ClickAsync();
        Assert.Equal([$"{word} 01"], await NamesAsync(visitor));
    }

    [Fact]
    public async Task Suggests_while_somebody_types_and_follows_the_arrow_keys()
    {
        var word = await ShelveAsync(3);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync("/");
        var field = visitor.Page.GetByRole(AriaRole.Combobox);
        var options = visitor.Page.GetByRole(AriaRole.Option);
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-expanded", "false");
        await field.PressSequentiallyAsync(word[..6]);
        await Assertions.Expect(options).ToHaveTextAsync([$"{word} 01", $"{word} 02", $"{word} 03"]);
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-expanded", "true");
        Assert.Empty(await visitor.SeriousFaultsAsync());
        await field.PressAsync("Escape");
        await Assertions.Expect(options).ToHaveCountAsync(0);
        await field.PressSequentiallyAsync(word[6..7]);
        await Assertions.Expect(options).ToHaveCountAsync(3);
        await field.PressAsync("ArrowDown");
        await field.PressAsync("ArrowDown");
        await Assertions.Expect(options.Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(field).ToHaveAttributeAsync(
            "aria-activedescendant", (await options.Nth(1).GetAttributeAsync("id"))!);
        await field.PressAsync("Enter");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToHaveTextAsync($"{word} 02");
        await field.FillAsync(word);
        await Assertions.Expect(options).ToHaveCountAsync(3);
        await field.PressAsync("Enter"); // None is chosen: that is a search.
        await Assertions.Expect(visitor.At("found")).ToHaveTextAsync("3 products");
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    [Fact]
    public async Task Shows_first_what_is_new()
    {
        var word = await ShelveAsync(2);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync("/");
        Assert.Equal([$"{word} 02", $"{word} 01"], (await NamesAsync(visitor)).Take(2));
        await visitor.At("categories").GetByRole(AriaRole.Link, new() { Name = "Even" }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Even");
    }

    [Fact]
    public async Task Shows_a_picture_in_the_size_that_fits_and_tells_search_engines_of_it()
    {
        var word = await ShelveAsync(1);
        var drawing = await File.ReadAllBytesAsync(
            Path.Combine(AppContext.BaseDirectory, "tea-100.webp"), TestContext.Current.CancellationToken);
        // As large as it may be, so more than other bodies may: what stands behind a picture is not looked at.
        await PutPictureAsync($"{word}-01", 1, [.. drawing, .. new byte[2 * 1024 * 1024 - drawing.Length]]);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/products/{word}-01");
        var picture = visitor.At("picture");
        await Assertions.Expect(picture).ToHaveJSPropertyAsync("complete", true);
        await Assertions.Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 576); // The width of its place.
        Assert.Contains(
            "/640?v=", await picture.EvaluateAsync<string>("it => it.currentSrc"), StringComparison.Ordinal);
        Assert.Equal("1280", await picture.GetAttributeAsync("width"));
        Assert.Equal("high", await picture.GetAttributeAsync("fetchpriority"));
        var data = await visitor.Page.Locator("script[type='application/ld+json']").TextContentAsync();
        Assert.Contains(
            $"/api/v1/products/{word.ToUpperInvariant()}-01/pictures/1/1280?v=", data, StringComparison.Ordinal);
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Shows_all_pictures_of_a_product_the_others_when_they_are_looked_at(int width)
    {
        var sku = await shop.Shop.NewProductAsync();
        foreach (var (at, drawing) in new[] { "tea-100", "jar-200", "tea-100" }.Index())
        {
            await PutPictureAsync(sku, at + 1, await File.ReadAllBytesAsync(
                Path.Combine(AppContext.BaseDirectory, $"{drawing}.webp"), TestContext.Current.CancellationToken));
        }
        await using var visitor = await shop.NewVisitorAsync(width: width);
        await visitor.GoAsync($"/products/{sku}");
        var pictures = visitor.At("picture");
        await Assertions.Expect(pictures).ToHaveCountAsync(3);
        foreach (var number in new[] { 2, 3 })
        {
            var picture = pictures.Nth(number - 1);
            await Assertions.Expect(picture).ToHaveAttributeAsync("loading", "lazy");
            await Assertions.Expect(picture).ToHaveAttributeAsync(
                "srcset", new Regex($"/pictures/{number}/320\\?v=.* 320w, .*/1280.* 1280w"));
            var room = await picture.EvaluateAsync<double>("it => it.getBoundingClientRect().height");
            Assert.True(room > 200, $"There are {room} pixels for it before it is there.");
            await picture.ScrollIntoViewIfNeededAsync();
            await Assertions.Expect(picture).ToHaveJSPropertyAsync("complete", true);
            Assert.InRange(await picture.EvaluateAsync<int>("it => it.naturalWidth"), 1, 1280);
            Assert.Equal(room, await picture.EvaluateAsync<double>("it => it.getBoundingClientRect().height"), 1.0);
        }
        // Who is on a telephone finds the price and the button before them.
        var (add, other) = (await visitor.At("add").BoundingBoxAsync(), await pictures.Nth(1).BoundingBoxAsync());
        Assert.True(add!.Y < other!.Y);
        using var data = JsonDocument.Parse(
            (await visitor.Page.Locator("script[type='application/ld+json']").TextContentAsync())!);
        Assert.Equal(
            Enumerable.Range(1, 3).Select(number => $"/pictures/{number}/1280"),
            data.RootElement.GetProperty("image").EnumerateArray().Select(
                image => new Uri(image.GetString()!).AbsolutePath[^16..]));
        Assert.Empty(await visitor.SeriousFaultsAsync());
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    private async Task PutPictureAsync(string sku, int number, byte[] picture)
    {
        using var put = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/products/{sku}/pictures/{number}");
        put.Headers.Authorization = new("Bearer", shop.Shop.Operator);
        put.Content = new ByteArrayContent(picture);
        using var answer = await shop.Shop.Http.SendAsync(put, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Lists_every_page_for_search_engines()
    {
        var word = await ShelveAsync(2);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{shop.Port}") };
        async Task<string> ReadAsync(string path) =>
            await http.GetStringAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("/sitemap.xml", await ReadAsync("/robots.txt"), StringComparison.Ordinal);
        Assert.Contains(
            "/sitemap-products.xml?category=odd<", await ReadAsync("/sitemap.xml"), StringComparison.Ordinal);
        Assert.Contains("/search?category=odd<", await ReadAsync("/sitemap-pages.xml"), StringComparison.Ordinal);
        var odd = await ReadAsync("/sitemap-products.xml?category=odd");
        Assert.Contains($"/products/{word.ToUpperInvariant()}-01<", odd, StringComparison.Ordinal);
        Assert.DoesNotContain($"/products/{word.ToUpperInvariant()}-02<", odd, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_search_engines_what_a_product_costs_and_to_leave_a_visitor_s_own_pages_out()
    {
        var sku = await shop.Shop.NewProductAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{shop.Port}") };
        var page = await http.GetStringAsync($"/products/{sku}", TestContext.Current.CancellationToken);
        Assert.Contains($"<title>Test {sku} ", page, StringComparison.Ordinal);
        Assert.Contains($"<meta name=\"description\" content=\"Test {sku}\"", page, StringComparison.Ordinal);
        Assert.Contains(
            $"<link rel=\"canonical\" href=\"{http.BaseAddress}products/{sku}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("noindex", page, StringComparison.Ordinal);
        foreach (var (property, content) in new[]
        {
            ("title", $"Test {sku}"), ("description", $"Test {sku}"), ("type", "product"),
            ("url", $"{http.BaseAddress}products/{sku}"),
            ("image", $"{http.BaseAddress}pictures/{sku}?category=general"),
        })
        {
            Assert.Contains($"<meta property=\"og:{property}\" content=\"{content}", page, StringComparison.Ordinal);
        }
        var begin = page.IndexOf("{\"@context\"", StringComparison.Ordinal);
        using var data = JsonDocument.Parse(page[begin..page.IndexOf("</script>", begin, StringComparison.Ordinal)]);
        var offer = data.RootElement.GetProperty("offers");
        Assert.Equal(
            ("2.50", "GBP", "https://schema.org/InStock"),
            (offer.GetProperty("price").GetString(), offer.GetProperty("priceCurrency").GetString(),
                offer.GetProperty("availability").GetString()));
        Assert.Contains(
            "noindex", await http.GetStringAsync("/basket", TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
