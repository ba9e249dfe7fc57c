using System.Net.Http.Json;
using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Testing;

namespace Tessera.Orders.Tests;

/// <summary>Who may see and do what, at the services' own ports.</summary>
public abstract class OwnershipApi(Shop shop)
{
    private readonly Guid _buyer = Guid.NewGuid();
    private readonly Guid _other = Guid.NewGuid();

    [Fact]
    public async Task Anothers_order_answers_as_none_does()
    {
        var order = (await shop.PlaceAsync(_buyer, await shop.ProductAsync())).Id;
        using var read = await shop.GetAsync("Orders", _other, $"/orders/{order}");
        await Problems.IsProblemAsync(read, 404, $"You have no order {order}.");
        using var cancel = await shop.PostAsync("Orders", _other, $"/orders/{order}/cancel");
        await Problems.IsProblemAsync(cancel, 404, $"You have no order {order}.");
        using var none = await shop.GetAsync("Orders", _other, $"/orders/{Guid.Empty}");
        await Problems.IsProblemAsync(none, 404, $"You have no order {Guid.Empty}.");
        using var byOperator = await shop.GetAsync("Orders", shop.Operator, $"/orders/{order}", asOperator: true);
        Assert.Equal(200, (int)byOperator.StatusCode);
        await shop.UntilAsync(_buyer, order, "Confirmed"); // Nobody cancelled it.
        await Eventually.HoldsAsync("it is paid", async () => await shop.PaymentAsync(_buyer, order) is not null);
        Assert.Null(await shop.PaymentAsync(_other, order));
    }

    [Fact]
    public async Task A_customer_neither_ships_nor_receives_stock_nor_reads_the_ledger()
    {
        var order = (await shop.PlaceAsync(_buyer, await shop.ProductAsync())).Id;
        using var ship = await shop.PostAsync("Orders", _buyer, $"/orders/{order}/ship");
        await Problems.IsProblemAsync(ship, 403);
        using var receive = await shop.ReceiveAsync(
            _buyer, "/stock/A/receipts", new ReceiveStockRequest(1), "k", asOperator: false);
        await Problems.IsProblemAsync(receive, 403);
        using var ledger = await shop.GetAsync("Payments", _buyer, "/payments/ledger");
        await Problems.IsProblemAsync(ledger, 403);
        using var whole = await shop.GetAsync("Payments", shop.Operator, "/payments/ledger", asOperator: true);
        Assert.Equal(0, (await whole.Content.ReadFromJsonAsync<LedgerView>())!.TotalMinor);
    }

    [Theory]
    [InlineData("Orders", "/orders")]
    [InlineData("Inventory", "/stock/A")]
    [InlineData("Payments", "/payments/ledger")]
    public async Task Nothing_is_shown_without_a_token(string service, string path)
    {
        using var answer = await shop.GetWithoutTokenAsync(service, path);
        await Problems.IsProblemAsync(answer, 401);
    }

    [Fact]
    public async Task My_orders_come_newest_first_by_pages()
    {
        var sku = await shop.ProductAsync();
        var ids = new List<Guid>();
        for (var at = 0; at < 5; at++) ids.Add((await shop.PlaceAsync(_buyer, sku)).Id);
        var page = await PageAsync("/orders?size=2");
        var seen = page.Items.Select(order => order.Id).ToList();
        await shop.PlaceAsync(_buyer, sku); // Comes before the first page and moves no other.
        while (page.Next is { } next)
        {
            page = await PageAsync($"/orders?size=2&before={next}");
            seen.AddRange(page.Items.Select(order => order.Id));
        }
        Assert.Equal(Enumerable.Reverse(ids), seen);
        Assert.Equal(6, page.Total);
        foreach (var wrong in new[] { "before=x", "before=WyJBIl0", "size=0", "size=101", "size=x" })
        {
            using var refused = await shop.GetAsync("Orders", _buyer, "/orders?" + wrong);
            await Problems.IsProblemAsync(refused, 400);
        }
    }

    [Fact]
    public async Task Stock_comes_by_product_code_and_by_pages()
    {
        for (var at = 0; at < 3; at++) await shop.ProductAsync();
        var codes = new List<string>();
        var cursor = "";
        do
        {
            using var answer = await shop.GetAsync("Inventory", _buyer, "/stock?size=2" + cursor);
            var page = (await answer.Content.ReadFromJsonAsync<StockPage>())!;
            codes.AddRange(page.Items.Select(stock => stock.Sku));
            cursor = page.Next is null ? "" : "&after=" + page.Next;
        } while (cursor.Length > 0);
        Assert.True(codes.Count >= 3);
        Assert.Equal(codes.Distinct().Order(StringComparer.Ordinal), codes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_code_that_ends_in_a_line_break_is_none()
    {
        var sku = await shop.ProductAsync();
        await RefusedAsync($"/stock/{sku}%0A/receipts", new ReceiveStockRequest(1), "line-break", 400);
        Assert.Equal(100, (await shop.StockAsync(sku.ToLowerInvariant())).OnHand);
    }

    [Fact]
    public async Task Receipts_are_bounded_and_need_a_key()
    {
        await RefusedAsync("/stock/A/receipts", new ReceiveStockRequest(1), null, 400);
        await RefusedAsync("/stock/A/receipts", new ReceiveStockRequest(0), "r1", 400);
        await RefusedAsync("/stock/A/receipts", new ReceiveStockRequest(1_000_001), "r2", 400);
        await RefusedAsync("/stock/A%20B/receipts", new ReceiveStockRequest(1), "r3", 400);
        await RefusedAsync("/stock/receipts", new ReceiveManyRequest([]), "r4", 400);
        var many = Enumerable.Range(0, 1_001).Select(at => new ReceiptLine($"S{at}", 1)).ToArray();
        await RefusedAsync("/stock/receipts", new ReceiveManyRequest(many), "r5", 400);
        using var taken = await shop.ReceiveAsync(
            shop.Operator, "/stock/receipts", new ReceiveManyRequest(many[..1_000]), "r6", asOperator: true);
        Assert.Equal(new ReceivedView(1_000, 1_000), await taken.Content.ReadFromJsonAsync<ReceivedView>());
    }

    private async Task<OrderPage> PageAsync(string path)
    {
        using var answer = await shop.GetAsync("Orders", _buyer, path);
        return (await answer.Content.ReadFromJsonAsync<OrderPage>())!;
    }

    private async Task RefusedAsync(string path, object body, string? key, int status)
    {
        using var answer = await shop.ReceiveAsync(shop.Operator, path, body, key, asOperator: true);
        await Problems.IsProblemAsync(answer, status);
    }
}

[Collection(nameof(Shop))]
public sealed class OwnershipApiOnSqlite(Shop shop) : OwnershipApi(shop);

[Collection(nameof(PostgresShop))]
public sealed class OwnershipApiOnPostgres : OwnershipApi
{
    public OwnershipApiOnPostgres(PostgresShop shop) : base(shop) => shop.Require();
}
