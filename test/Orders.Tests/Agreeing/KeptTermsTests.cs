using Tessera.Orders.Contracts;
using Tessera.Users.Contracts;

namespace Tessera.Orders.Tests.Agreeing;

/// <summary>What Orders keeps of the agreement, announces of it, and forgets.</summary>
public sealed class KeptTermsTests
{
    private static readonly DeliveryAddress home =
        new("Ada Lovelace", "12 St James's Square", "Flat 3", "London", "SW1Y 4JH", "England");

    private static readonly OrderTerms express = Some.Terms() with
    {
        Delivery = new("express", 990), Taxes = [new TaxShare(20, 500, 83), new TaxShare(5.5m, 990, 52)],
    };

    [Fact]
    public async Task Keeps_what_was_agreed_and_announces_the_costs_without_the_address()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var view = (await orders.TryPlaceAsync(Guid.NewGuid(), terms: express, address: home))!;
        Assert.Equal((1490, home), (view.TotalMinor, view.Address));
        Assert.Equivalent(view, await orders.ReadAsync(view.Id), strict: true);
        var placed = Assert.Single(await orders.Service.PublishedAsync<OrderPlaced>());
        Assert.Equal((1490, 990), (placed.TotalMinor, placed.DeliveryMinor));
        Assert.DoesNotContain("Lovelace", System.Text.Json.JsonSerializer.Serialize(placed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forgets_the_address_and_all_words_about_the_buyer_when_the_account_is_erased()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var (buyer, other) = (Guid.NewGuid(), Guid.NewGuid());
        var mine = (await orders.TryPlaceAsync(buyer, terms: express, address: home))!.Id;
        var theirs = (await orders.TryPlaceAsync(other, terms: express, address: home))!.Id;
        await orders.Service.ExecuteAsync("update orders set note = 'moves house', cancel_words = 'asked by phone'");
        await orders.HearAsync<CancelOrdersOnUserErased, UserErased>(new UserErased(buyer));
        var view = await orders.ReadAsync(mine);
        Assert.Equal((null, null, 1490), (view.Address, view.CancelWords, view.TotalMinor));
        Assert.Equal(home, (await orders.ReadAsync(theirs)).Address);
        Assert.Equal(1, await orders.Service.NumberAsync("select count(*) from order_addresses"));
        Assert.Equal(1, await orders.Service.NumberAsync("select count(*) from orders where request_hash <> ''"));
        Assert.Equal(1, await orders.Service.NumberAsync("select count(*) from orders where note is not null"));
    }

    [Fact]
    public async Task Orders_from_before_are_read_without_delivery_and_tax_and_found_by_product()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var buyer = Guid.NewGuid();
        var old = (await orders.TryPlaceAsync(buyer))!.Id;
        await orders.Service.ExecuteAsync(
            "update orders set delivery = null, taxes = null; delete from order_products");
        // What the schema's script does with the orders that it finds.
        await orders.Service.ExecuteAsync(LastStatementOf("0005-finding"));
        var view = await orders.ReadAsync(old);
        Assert.Equal((500, null, null), (view.TotalMinor, view.Delivery, view.Address));
        Assert.Empty(view.Taxes!);
        var found = await orders.Service.Get<PlacedOrders>()
            .SearchAsync(new OrderFilter(Sku: "SKU-1"), null, 10, default);
        Assert.Equal(old, Assert.Single(found.Items).Id);
    }

    private static string LastStatementOf(string script)
    {
        var engine = Tessera.Testing.Services.TestDatabase.IsPostgres ? "postgres" : "sqlite";
        using var text = new StreamReader(typeof(Order).Assembly.GetManifestResourceStream(
            typeof(Order).Assembly.GetManifestResourceNames().Single(
                name => name.EndsWith($"{script}.{engine}.sql", StringComparison.Ordinal)))!);
        var sql = text.ReadToEnd();
        return sql[sql.IndexOf("insert into", StringComparison.Ordinal)..];
    }
}
