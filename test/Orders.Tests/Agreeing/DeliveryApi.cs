using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Orders.Contracts;

namespace Tessera.Orders.Tests.Agreeing;

/// <summary>Address, delivery and tax of an order, as a client meets them.</summary>
public abstract class DeliveryApi(Shop shop)
{
    private static readonly DeliveryAddress home =
        new("Ada Lovelace", "12 St James's Square", null, "London", "SW1Y 4JH", "England");

    private readonly Guid _buyer = Guid.NewGuid();

    [Fact]
    public async Task Charges_lines_and_delivery_and_shows_address_and_tax_to_the_buyer_and_operators()
    {
        var sku = await shop.ProductAsync(priceMinor: 250);
        var order = await PlaceAsync(new PlaceOrderRequest([new(sku, 2)], Delivery: "standard", Address: home));
        await shop.UntilAsync(_buyer, order.Id, "Confirmed");
        var read = await shop.ReadAsync(_buyer, order.Id);
        Assert.Equal(890, read.TotalMinor);
        Assert.Equal(new AgreedDelivery("standard", 390), read.Delivery);
        Assert.Equal(home, read.Address);
        Assert.Equal([new TaxShare(20, 890, 148)], read.Taxes!);
        using var byOperator = await shop.GetAsync("Orders", shop.Operator, $"/orders/{order.Id}", asOperator: true);
        Assert.Equal(home, (await byOperator.Content.ReadFromJsonAsync<OrderView>())!.Address);
        using var byOther = await shop.GetAsync("Orders", Guid.NewGuid(), $"/orders/{order.Id}");
        await Problems.IsProblemAsync(byOther, 404);
        Assert.Equal(890, (await shop.PaymentAsync(_buyer, order.Id))!.CapturedMinor);
        using var export = await shop.GetAsync("Orders", _buyer, "/orders/export");
        var record = Assert.Single((await export.Content.ReadFromJsonAsync<OrderExportPage>())!.Items);
        Assert.Equal((home, 890), (record.Order.Address, record.Order.TotalMinor));
    }

    [Fact]
    public async Task Who_says_nothing_of_a_delivery_is_charged_for_the_products_alone()
    {
        var order = await shop.PlaceAsync(_buyer, await shop.ProductAsync(priceMinor: 250), 2);
        Assert.Equal((500, null, null), (order.TotalMinor, order.Delivery, order.Address));
        Assert.Equal([new TaxShare(20, 500, 83)], order.Taxes!);
    }

    [Fact]
    public async Task What_is_fetched_needs_no_address()
    {
        var sku = await shop.ProductAsync(priceMinor: 250);
        var order = await PlaceAsync(new PlaceOrderRequest([new(sku, 1)], Delivery: "collect"));
        Assert.Equal((250, new AgreedDelivery("collect", 0)), (order.TotalMinor, order.Delivery));
        await RefusedAsync(
            new PlaceOrderRequest([new(sku, 1)], Delivery: "collect", Address: home), "takes no address");
    }

    [Fact]
    public async Task A_choice_that_is_none_is_told_and_nothing_is_ordered()
    {
        var sku = await shop.ProductAsync();
        await RefusedAsync(new PlaceOrderRequest([new(sku, 1)], Delivery: "pigeon", Address: home), "'pigeon'");
        await RefusedAsync(new PlaceOrderRequest([new(sku, 1)], Delivery: "express"), "needs an address");
        await RefusedAsync(new PlaceOrderRequest([new(sku, 1)], Address: home), "delivery-options");
        using var mine = await shop.GetAsync("Orders", _buyer, "/orders");
        Assert.Equal(0, (await mine.Content.ReadFromJsonAsync<OrderPage>())!.Total);
    }

    [Theory]
    [InlineData("""{"name":"A"}""")]
    [InlineData("""{"name":"","line1":"1","city":"L","postalCode":"1","country":"GB"}""")]
    [InlineData("""{"name":"A","line1":"1","city":"L","postalCode":"1","country":"GB","phone":"1"}""")]
    [InlineData("""{"name":"A","line1":"1","city":"L","postalCode":"123456789012345678901","country":"GB"}""")]
    [InlineData("\"at home\"")]
    public async Task An_address_that_is_none_is_a_problem(string address)
    {
        var sku = await shop.ProductAsync();
        using var answer = await shop.PostTextAsync(
            "/orders", _buyer,
            $$"""{"lines":[{"sku":"{{sku}}","quantity":1}],"delivery":"standard","address":{{address}}}""", key: "k");
        await Problems.IsProblemAsync(answer, 400);
    }

    [Fact]
    public async Task The_expected_total_is_that_with_the_delivery()
    {
        var sku = await shop.ProductAsync(priceMinor: 250);
        var request = new PlaceOrderRequest(
            [new(sku, 2)], ExpectedTotalMinor: 500, Delivery: "express", Address: home);
        using var dearer = await shop.TryPlaceAsync(_buyer, request);
        await Problems.IsProblemAsync(dearer, 409, "1490");
        var told = await dearer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(1490, told.GetProperty("totalMinor").GetInt64());
        Assert.Equal(990, told.GetProperty("deliveryMinor").GetInt64());
        Assert.Equal(1490, (await PlaceAsync(request with { ExpectedTotalMinor = 1490 })).TotalMinor);
    }

    [Fact]
    public async Task Another_address_or_delivery_under_the_same_key_is_another_request()
    {
        var sku = await shop.ProductAsync();
        var request = new PlaceOrderRequest([new(sku, 1)], Delivery: "standard", Address: home);
        using var first = await shop.TryPlaceAsync(_buyer, request, "one");
        using var again = await shop.TryPlaceAsync(_buyer, request, "one");
        Assert.Equal(201, (int)again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        using var moved = await shop.TryPlaceAsync(
            _buyer, request with { Address = home with { City = "Bath" } }, "one");
        await Problems.IsProblemAsync(moved, 422, "Idempotency-Key");
        using var faster = await shop.TryPlaceAsync(_buyer, request with { Delivery = "express" }, "one");
        await Problems.IsProblemAsync(faster, 422, "Idempotency-Key");
    }

    [Fact]
    public async Task Tells_everybody_what_a_delivery_costs()
    {
        using var answer = await shop.GetWithoutTokenAsync("Orders", "/orders/delivery-options");
        var view = (await answer.Content.ReadFromJsonAsync<DeliveryOptionsView>())!;
        Assert.Equal(
            [new("standard", 390, true), new("express", 990, true), new DeliveryOptionView("collect", 0, false)],
            view.Options);
        Assert.Equal(("GBP", 20, 20), (view.Currency, view.TaxPercent, view.DeliveryTaxPercent));
    }

    private async Task<OrderView> PlaceAsync(PlaceOrderRequest request)
    {
        using var answer = await shop.TryPlaceAsync(_buyer, request);
        Assert.True(201 == (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<OrderView>())!;
    }

    private async Task RefusedAsync(PlaceOrderRequest request, string says)
    {
        using var answer = await shop.TryPlaceAsync(_buyer, request);
        await Problems.IsProblemAsync(answer, 422, says);
    }
}

[Collection(nameof(Shop))]
public sealed class DeliveryApiOnSqlite(Shop shop) : DeliveryApi(shop);

[Collection(nameof(PostgresShop))]
public sealed class DeliveryApiOnPostgres : DeliveryApi
{
    public DeliveryApiOnPostgres(PostgresShop shop) : base(shop) => shop.Require();
}
