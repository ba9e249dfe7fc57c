using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tessera.Orders.Contracts;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What nobody should send, at the gateway and at a service's own port: the right status, a problem document,
/// and no word about the inside.</summary>
[Collection(nameof(PlainStore))]
public sealed class BadInputTests(PlainStore store)
{
    private const string KnownSku = "BAD-INPUT-1";

    public static TheoryData<string, string, string, int[]> Bodies() => new()
    {
        { "malformed JSON", "application/json", "{\"lines\":[", [400] },
        { "no JSON at all", "application/json", "hello", [400] },
        { "an empty body", "application/json", "", [400] },
        { "a list for an object", "application/json", "[]", [400] },
        { "null", "application/json", "null", [400] },
        { "a text for a number", "application/json", Order("\"three\""), [400] },
        { "a fraction", "application/json", Order("1.5"), [400] },
        { "a quantity of 0", "application/json", Order("0"), [400, 422] },
        { "a quantity of -1", "application/json", Order("-1"), [400, 422] },
        { "a quantity of a thousand million", "application/json", Order("1000000000"), [400, 422] },
        { "a quantity beyond any integer", "application/json", Order("99999999999999999999"), [400] },
        { "no lines", "application/json", "{\"lines\":[]}", [400, 422] },
        { "no member lines", "application/json", "{}", [400, 422] },
        { "a price smuggled in", "application/json",
            $$"""{"lines":[{"sku":"{{KnownSku}}","quantity":1,"unitPriceMinor":1}]}""", [400, 422] },
        { "a total smuggled in", "application/json",
            $$"""{"lines":[{"sku":"{{KnownSku}}","quantity":1}],"totalMinor":1}""", [400, 422] },
        { "an unknown product", "application/json",
            """{"lines":[{"sku":"NO-SUCH-THING","quantity":1}]}""", [404, 422] },
        { "a product code that is SQL", "application/json",
            """{"lines":[{"sku":"' or 1=1 --","quantity":1}]}""", [400, 422] },
        { "the wrong media type", "text/plain", Order("1"), [415] },
        { "XML", "application/xml", "<order/>", [415] },
        { "10,000 lines", "application/json", ManyLines(), [400, 413, 422] },
        { "deep nesting", "application/json", new string('[', 5000), [400] },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Refuses(string what, string mediaType, string body, int[] expected)
    {
        _ = what;
        var buyer = await BuyerAsync();
        await EachDoorAsync(
            "/orders", HttpMethod.Post, buyer, () => new StringContent(body, Encoding.UTF8, mediaType), expected);
    }

    [Fact]
    public async Task Refuses_invalid_UTF8() =>
        await EachDoorAsync("/orders", HttpMethod.Post, await BuyerAsync(), () =>
        {
            var content = new ByteArrayContent(
                [.. "{\"lines\":[{\"sku\":\""u8, 0xC3, 0x28, .. "\",\"quantity\":1}]}"u8]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return content;
        }, [400, 422]);

    [Fact]
    public async Task Refuses_a_body_of_20_MB() =>
        await EachDoorAsync("/orders", HttpMethod.Post, await BuyerAsync(), () =>
        {
            var content = new ByteArrayContent(new byte[20 * 1024 * 1024]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return content;
        }, [413]);

    [Fact]
    public async Task Refuses_a_header_of_64_KB() => await EachDoorAsync(
        "/orders", HttpMethod.Get, await BuyerAsync(), null, [431],
        request => request.Headers.Add("X-Long", new string('x', 64 * 1024)));

    [Fact]
    public async Task Refuses_the_wrong_method() =>
        await EachDoorAsync("/orders", HttpMethod.Delete, await BuyerAsync(), null, [405]);

    [Fact]
    public async Task Refuses_an_order_without_a_key()
    {
        foreach (var door in await DoorsAsync())
        {
            using var request = Request(door, "/orders", HttpMethod.Post, await BuyerAsync());
            request.Headers.Remove("Idempotency-Key");
            request.Content = new StringContent(Order("1"), Encoding.UTF8, "application/json");
            await IsProblemAsync(request, [400]);
        }
    }

    [Fact]
    public async Task Shows_nobody_a_strangers_order()
    {
        var (buyer, stranger) = (await BuyerAsync(), await store.Shop.NewBuyerAsync());
        var order = await store.Shop.PlaceAsync(buyer, await store.Shop.NewProductAsync());
        await EachDoorAsync($"/orders/{order.Id}", HttpMethod.Get, stranger, null, [404]);
        await EachDoorAsync($"/orders/{order.Id}/cancel", HttpMethod.Post, stranger, null, [404]);
        await EachDoorAsync($"/orders/{order.Id}/ship", HttpMethod.Post, buyer, null, [403]);
        await EachDoorAsync("/orders/not-an-id", HttpMethod.Get, buyer, null, [400, 404]);
    }

    [Fact]
    public async Task Refuses_tokens_that_are_missing_expired_tampered_with_unsigned_or_made_by_others()
    {
        var good = await BuyerAsync();
        var tokens = new Tokens(store.Data);
        string?[] bad =
        [
            null, "", "nonsense", tokens.Expired(good), Tokens.Tampered(good),
            Tokens.Unsigned(good), Tokens.SignedByAStranger(good), tokens.ForAnotherAudience(good),
        ];
        foreach (var token in bad) await EachDoorAsync("/orders", HttpMethod.Get, token, null, [401]);
        using var fine = await store.Shop.TryAsync(HttpMethod.Get, "/api/v1/orders", null, good);
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
    }

    [Fact]
    public async Task Takes_what_the_bounds_allow()
    {
        var buyer = await BuyerAsync();
        var sku = await store.Shop.NewProductAsync(stock: 100_000, priceMinor: 1);
        var order = await store.Shop.PlaceAsync(buyer, sku, quantity: 100_000);
        Assert.Equal("Confirmed", (await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed")).State);
    }

    private async Task<string> BuyerAsync() => await store.Shop.NewBuyerAsync();

    private async Task EachDoorAsync(
        string path, HttpMethod method, string? token, Func<HttpContent>? content,
        int[] expected, Action<HttpRequestMessage>? change = null)
    {
        foreach (var door in await DoorsAsync())
        {
            using var request = Request(door, path, method, token);
            if (content is not null) request.Content = content();
            change?.Invoke(request);
            await IsProblemAsync(request, expected);
        }
    }

    private static HttpRequestMessage Request(string door, string path, HttpMethod method, string? token)
    {
        var request = new HttpRequestMessage(method, new Uri(door + path));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return request;
    }

    private async Task IsProblemAsync(HttpRequestMessage request, int[] expected)
    {
        using var http = new HttpClient(
            new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(5) });
        // Or the refusal may be lost in the sending.
        if (request.Content?.Headers.ContentLength > 1024 * 1024) request.Headers.ExpectContinue = true;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var where = string.Create(
            CultureInfo.InvariantCulture, $"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {text}");
        Assert.True(expected.Contains((int)response.StatusCode), where);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", where);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal((int)response.StatusCode, problem.RootElement.GetProperty("status").GetInt32());
    }

    private async Task<string[]> DoorsAsync() =>
    [
        $"http://127.0.0.1:{store.Port}/api/v1",
        (await store.ServiceAsync("orders")).GetProperty("address").GetString()!,
    ];

    private static string Order(string quantity) => $$"""{"lines":[{"sku":"{{KnownSku}}","quantity":{{quantity}}}]}""";

    private static string ManyLines() => JsonSerializer.Serialize(
        new PlaceOrderRequest(
            [.. Enumerable.Range(0, 10_000).Select(number => new PlaceOrderLine($"SKU-{number}", 1))]),
        JsonSerializerOptions.Web);
}
