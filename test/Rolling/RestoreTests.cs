using System.Net.Http.Json;
using Tessera.EndToEnd;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Rolling;

/// <summary>A backup is taken and put back while the store runs, on the embedded broker with SQLite.</summary>
public sealed class RestoreTests(EmbeddedStore store) : IClassFixture<EmbeddedStore>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tessera-backup-").FullName;

    [Fact]
    public async Task Names_each_event_that_does_not_fit_once_Orders_went_back_alone_and_none_once_all_did()
    {
        var shop = store.Shop;
        var (buyer, sku) = (await shop.NewBuyerAsync(), await shop.NewProductAsync());
        var before = await PlaceAsync(buyer, sku);
        var leaving = await shop.NewBuyerAsync();
        var of = await PlaceMarkedAsync(leaving, sku);
        await store.RunAsync("stop", "payments");
        var between = await shop.PlaceAsync(buyer, sku);
        await shop.BecomesAsync(buyer, between.Id, "StockReserved");
        var backup = Path.Combine(_folder, "backup");
        await store.RunAsync("backup", backup);
        await store.RunAsync("start", "payments");
        await shop.BecomesAsync(buyer, between.Id, "Confirmed");
        var after = await PlaceAsync(buyer, sku);
        await EraseAsync(leaving, of);
        Assert.Contains("The histories agree.", await store.RunAsync("reconcile"), StringComparison.Ordinal);

        await store.RunAsync("restore", backup, "orders");
        await IsErasedAgainAsync(of);
        var found = await store.TryAsync("reconcile", "--wait", "3");
        Assert.Equal(1, found.ExitCode);
        Assert.Equal(
            ((string[])
            [
                $"forgotten  orders.order-confirmed of order {between.Id}",
                $"forgotten  orders.order-confirmed of order {after}",
                $"forgotten  orders.order-placed of order {after}",
                $"forgotten  orders.payment-requested of order {after}",
                $"missing    payments.payment-captured of order {between.Id}",
                $"missing    payments.payment-refunded of order {of}", // Cancelled again, and paid back once.
            ]).Order(StringComparer.Ordinal),
            Named(found.Output));
        // It serves all the while: what it knows is there, and what is ordered now is brought to its end.
        Assert.Equal("Confirmed", (await shop.OrderAsync(buyer, before)).State);
        await PlaceAsync(buyer, sku);

        await store.RunAsync("restore", backup); // Account, order and means of payment are as they were, for a moment.
        await IsErasedAgainAsync(of);
        Assert.Equal("Confirmed", (await shop.OrderAsync(buyer, before)).State);
        await shop.BecomesAsync(buyer, between.Id, "Confirmed"); // Payments reads what it had not read then.
        Assert.Contains("The histories agree.", await store.RunAsync("reconcile"), StringComparison.Ordinal);
        await store.VerifyAsync();
    }

    [Fact]
    public async Task Refuses_in_one_line_what_is_no_whole_backup_and_touches_nothing()
    {
        var backup = Path.Combine(_folder, "backup");
        await store.RunAsync("backup", backup);
        await RefusesAsync("is there already", "backup", backup);
        await RefusesAsync("holds no backup", "restore", _folder);
        await RefusesAsync("holds no service 'shipping'", "restore", backup, "shipping");
        await File.AppendAllTextAsync(
            Path.Combine(backup, "services", "orders", "orders.db"), "x", TestContext.Current.CancellationToken);
        await RefusesAsync("is not the file that was written", "restore", backup, "catalog");
        Assert.All(
            (await store.StatusAsync()).GetProperty("services").EnumerateArray(),
            service => Assert.Equal("ready", service.GetProperty("state").GetString()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task RefusesAsync(string because, params string[] words)
    {
        var refused = await store.TryAsync(words);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(because, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.Trim().Split('\n'));
    }

    private async Task<Guid> PlaceAsync(string buyer, string sku)
    {
        var order = (await store.Shop.PlaceAsync(buyer, sku)).Id;
        await store.Shop.BecomesAsync(buyer, order, "Confirmed");
        return order;
    }

    /// <summary>An order that holds something which its buyer wrote.</summary>
    private async Task<Guid> PlaceMarkedAsync(string buyer, string sku)
    {
        using var placed = await store.Shop.TryPlaceAsync(
            buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], Reference: Mark));
        Assert.True(placed.IsSuccessStatusCode, await placed.Content.ReadAsStringAsync());
        var order = (await placed.Content.ReadFromJsonAsync<OrderView>())!.Id;
        await store.Shop.BecomesAsync(buyer, order, "Confirmed");
        return order;
    }

    private async Task EraseAsync(string buyer, Guid order)
    {
        Assert.Equal(Mark, (await store.Shop.OrderAsync(store.Shop.Operator, order)).Reference);
        await store.Shop.SendAsync(HttpMethod.Delete, "/api/v1/users/me", null, buyer);
        await IsErasedAgainAsync(order);
    }

    private async Task IsErasedAgainAsync(Guid order)
    {
        await Eventually.HoldsAsync("the buyer's words are gone", async () =>
            (await store.Shop.OrderAsync(store.Shop.Operator, order)).Reference is null, TimeSpan.FromMinutes(1));
    }

    private const string Mark = "for my sister";

    /// <summary>The differences, without the words that explain them.</summary>
    private static IEnumerable<string> Named(string output) => output.Split('\n')
        .Where(line => line.StartsWith("missing", StringComparison.Ordinal)
            || line.StartsWith("forgotten", StringComparison.Ordinal)
            || line.StartsWith("twice", StringComparison.Ordinal))
        .Select(line => line.Split(':')[0]);
}

/// <summary>Nothing is cancelled while the test looks.</summary>
public sealed class EmbeddedStore() : Store(("Orders__PaymentTimeout", "01:00:00"));
