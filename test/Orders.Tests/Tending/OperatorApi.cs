using System.Net.Http.Json;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Orders.Tests.Tending;

/// <summary>What operators do with orders: find, cancel, note.</summary>
public abstract class OperatorApi(Shop shop)
{
    private readonly Guid _buyer = Guid.NewGuid();

    [Fact]
    public async Task Finds_orders_of_everybody_by_each_of_their_marks()
    {
        var (sku, other) = (await shop.ProductAsync(), await shop.ProductAsync());
        var reference = $"mark-{Guid.NewGuid():N}";
        var mine = (await shop.PlaceAsync(_buyer, sku)).Id;
        using var marked = await shop.TryPlaceAsync(
            Guid.NewGuid(), new PlaceOrderRequest([new(sku, 1), new(other, 1)], Reference: reference));
        var theirs = (await marked.Content.ReadFromJsonAsync<OrderView>())!;
        await shop.UntilAsync(_buyer, mine, "Confirmed");

        Assert.Equal([theirs.Id, mine], await FindAsync($"sku={sku.ToLowerInvariant()}"));
        Assert.Equal([theirs.Id], await FindAsync($"sku={other}"));
        Assert.Equal([theirs.Id], await FindAsync($"reference={reference}"));
        Assert.Equal([mine], await FindAsync($"buyer={_buyer}"));
        Assert.Equal([mine], await FindAsync($"buyer={_buyer}&state=Confirmed&sku={sku}"));
        Assert.Empty(await FindAsync($"buyer={_buyer}&state=Cancelled"));
        var from = Uri.EscapeDataString(theirs.PlacedAt.ToString("o"));
        Assert.Equal([theirs.Id], await FindAsync($"sku={sku}&from={from}"));
        Assert.Equal([mine], await FindAsync($"sku={sku}&to={from}"));
    }

    [Fact]
    public async Task Goes_through_what_it_finds_by_pages()
    {
        var sku = await shop.ProductAsync();
        var ids = new List<Guid>();
        for (var at = 0; at < 5; at++) ids.Add((await shop.PlaceAsync(Guid.NewGuid(), sku)).Id);
        var seen = new List<Guid>();
        string? next = "";
        while (next is not null)
        {
            var page = await PageAsync($"sku={sku}&size=2" + (next.Length > 0 ? $"&before={next}" : ""));
            Assert.Null(page.Total);
            Assert.All(page.Items, item => Assert.NotNull(item.Buyer));
            seen.AddRange(page.Items.Select(item => item.Id));
            next = page.Next;
        }
        Assert.Equal(Enumerable.Reverse(ids), seen);
    }

    [Fact]
    public async Task A_customer_finds_among_the_own_orders_only()
    {
        var sku = await shop.ProductAsync();
        var mine = (await shop.PlaceAsync(_buyer, sku)).Id;
        await shop.PlaceAsync(Guid.NewGuid(), sku);
        using var answer = await shop.GetAsync("Orders", _buyer, $"/orders?sku={sku}");
        var item = Assert.Single((await answer.Content.ReadFromJsonAsync<OrderPage>())!.Items);
        Assert.Equal(mine, item.Id);
        using var others = await shop.GetAsync("Orders", _buyer, $"/orders?buyer={Guid.NewGuid()}");
        await Problems.IsProblemAsync(others, 403);
        foreach (var wrong in new[] { "state=Lost", "buyer=x", "from=x", "to=x", "sku=%20", "before=x" })
        {
            using var refused = await shop.GetAsync("Orders", _buyer, "/orders?" + wrong);
            await Problems.IsProblemAsync(refused, 400);
        }
    }

    [Theory]
    [InlineData("from=0001-01-01T00:00:00Z")]
    [InlineData("to=9999-12-31T23:59:59Z")]
    public async Task Any_time_there_is_may_be_asked_for(string bound)
    {
        var sku = await shop.ProductAsync();
        var mine = (await shop.PlaceAsync(_buyer, sku)).Id;
        Assert.Equal([mine], await FindAsync($"sku={sku}&{bound}"));
    }

    [Fact]
    public async Task Cancels_with_words_that_the_buyer_reads_and_the_payment_goes_back()
    {
        var order = (await shop.PlaceAsync(_buyer, await shop.ProductAsync())).Id;
        await shop.UntilAsync(_buyer, order, "Confirmed");
        using var silent = await shop.PostAsync(
            "Orders", shop.Operator, $"/orders/{order}/cancel", asOperator: true);
        await Problems.IsProblemAsync(silent, 422, "reason");
        using var cancelled = await shop.SendAsOperatorAsync(
            HttpMethod.Post, $"/orders/{order}/cancel", new CancelOrderRequest("The lantern was broken. Sorry!"));
        Assert.Equal(200, (int)cancelled.StatusCode);
        var read = await shop.ReadAsync(_buyer, order);
        Assert.Equal(
            ("Cancelled", CancelReasons.Operator, "The lantern was broken. Sorry!"),
            (read.State, read.CancelReason, read.CancelWords));
        Assert.Equal(shop.Operator, read.History[^1].Actor);
        await Eventually.HoldsAsync("the payment is given back", async () =>
            await shop.PaymentAsync(_buyer, order) is { CapturedMinor: var captured, RefundedMinor: var refunded }
            && captured == refunded);
    }

    [Fact]
    public async Task A_buyer_gives_no_reason()
    {
        var order = (await shop.PlaceAsync(_buyer, await shop.ProductAsync())).Id;
        using var answer = await shop.PostTextAsync(
            $"/orders/{order}/cancel", _buyer, """{"reason":"changed my mind"}""");
        await Problems.IsProblemAsync(answer, 422, "operator");
        using var plain = await shop.PostTextAsync($"/orders/{order}/cancel", _buyer, "{}");
        Assert.Equal(200, (int)plain.StatusCode);
    }

    [Fact]
    public async Task Notes_what_no_buyer_reads()
    {
        var order = (await shop.PlaceAsync(_buyer, await shop.ProductAsync())).Id;
        using var noted = await shop.SendAsOperatorAsync(
            HttpMethod.Put, $"/orders/{order}/note", new NoteRequest("called twice"));
        Assert.Equal("called twice", (await noted.Content.ReadFromJsonAsync<OrderView>())!.Note);
        using var byOperator = await shop.GetAsync("Orders", shop.Operator, $"/orders/{order}", asOperator: true);
        Assert.Equal("called twice", (await byOperator.Content.ReadFromJsonAsync<OrderView>())!.Note);
        foreach (var path in new[] { $"/orders/{order}", "/orders", "/orders/export" })
        {
            using var byBuyer = await shop.GetAsync("Orders", _buyer, path);
            Assert.DoesNotContain("called", await byBuyer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using var removed = await shop.SendAsOperatorAsync(
            HttpMethod.Put, $"/orders/{order}/note", new NoteRequest(null));
        Assert.Null((await removed.Content.ReadFromJsonAsync<OrderView>())!.Note);
        using var none = await shop.SendAsOperatorAsync(
            HttpMethod.Put, $"/orders/{Guid.Empty}/note", new NoteRequest("x"));
        await Problems.IsProblemAsync(none, 404);
    }

    [Fact]
    public async Task Writes_over_no_note_that_its_writer_has_not_read()
    {
        var order = (await shop.PlaceAsync(_buyer, await shop.ProductAsync())).Id;
        using var first = await NoteAsync("called\r\ntwice", inPlaceOf: "");
        using var late = await NoteAsync("is on holiday", inPlaceOf: "");
        await Problems.IsProblemAsync(late, 409, "called");
        using var read = await NoteAsync("", inPlaceOf: "called\ntwice");
        Assert.Null((await read.Content.ReadFromJsonAsync<OrderView>())!.Note);
        using var gone = await NoteAsync("third", inPlaceOf: "called\ntwice");
        await Problems.IsProblemAsync(gone, 409, "removed");
        using var whatever = await NoteAsync("fourth", inPlaceOf: null);
        Assert.Equal("fourth", (await whatever.Content.ReadFromJsonAsync<OrderView>())!.Note);

        Task<HttpResponseMessage> NoteAsync(string text, string? inPlaceOf) => shop.SendAsOperatorAsync(
            HttpMethod.Put, $"/orders/{order}/note", new NoteRequest(text, inPlaceOf));
    }

    private async Task<List<Guid>> FindAsync(string query) =>
        [.. (await PageAsync(query)).Items.Select(item => item.Id)];

    private async Task<OrderPage> PageAsync(string query)
    {
        using var answer = await shop.GetAsync("Orders", shop.Operator, "/orders?" + query, asOperator: true);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<OrderPage>())!;
    }
}

[Collection(nameof(Shop))]
public sealed class OperatorApiOnSqlite(Shop shop) : OperatorApi(shop);

[Collection(nameof(PostgresShop))]
public sealed class OperatorApiOnPostgres : OperatorApi
{
    public OperatorApiOnPostgres(PostgresShop shop) : base(shop) => shop.Require();
}
