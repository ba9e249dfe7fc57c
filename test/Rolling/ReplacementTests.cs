namespace Tessera.Rolling;

/// <summary>A service is replaced by the next version and taken back to the one before, one process after the other,
/// while customers order and look at pages. Nobody sees it, and no event is lost or handled twice.</summary>
public sealed class ReplacementTests(RollingStores stores)
{
    private const int OrdersBetween = 40;
    private const int PagesBetween = 8;

    public static TheoryData<string, string> Replacements()
    {
        var all = new TheoryData<string, string>();
        foreach (var broker in Extent.Brokers)
        {
            foreach (var service in Extent.Services) all.Add(broker, service);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task Loses_no_request_and_no_event_while_a_service_is_replaced_and_taken_back(
        string broker, string service)
    {
        var store = await stores.OnAsync(broker);
        var old = await store.VersionsAsync(service);
        await using var load = await SteadyLoad.BeginAsync(store.Shop, Extent.Rate);
        await load.GoOnAsync(OrdersBetween, PagesBetween);

        var during = await ReplaceAsync(store, load, service);
        Assert.All(await store.VersionsAsync(service), version => Assert.Equal(Extent.VersionOf(service), version));
        await HasTodaysTablesAsync(store, service);
        await load.GoOnAsync(OrdersBetween, PagesBetween);
        during += await ReplaceAsync(store, load, service, "--at", Extent.LastReleaseOf(service));
        Assert.Equal(old, await store.VersionsAsync(service));
        // The released library goes on with tables that it does not know.
        await HasTodaysTablesAsync(store, service);
        await load.GoOnAsync(OrdersBetween, PagesBetween);

        await load.EndAsync();
        store.Orders.UnionWith(load.Placed);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{load.Pace} and {load.Pages} pages, {during} orders while {service} was replaced on {broker}, "
            + $"{load.Failures.Count} failures");
        Assert.True(load.Failures.Count == 0, string.Join("\n", load.Failures.Take(5)));
        if (Extent.IsAll) Assert.True(load.Pace.IsKept, $"{load.Pace}, and {Extent.Rate} a second were asked for.");
        await store.AllAreWholeAsync();
    }

    [Fact]
    public async Task Puts_a_service_back_from_a_backup_of_PostgreSQL_while_the_store_runs()
    {
        var store = await stores.OnAsync(Extent.Brokers[0]);
        var (buyer, sku) = (await store.Shop.NewBuyerAsync(), await store.Shop.NewProductAsync());
        var before = await OrderAsync(store, buyer, sku);
        await store.AllAreWholeAsync();
        var folder = Directory.CreateTempSubdirectory("tessera-backup-").FullName;
        try
        {
            var backup = Path.Combine(folder, "backup");
            await store.RunAsync("backup", backup);
            var after = await store.Shop.PlaceAsync(buyer, sku);
            await store.Shop.BecomesAsync(buyer, after.Id, "Confirmed");

            await store.RunAsync("restore", backup, "orders");
            var found = await store.TryAsync("reconcile", "--wait", "3");
            Assert.Equal(1, found.ExitCode);
            Assert.Contains(
                $"forgotten  orders.order-placed of order {after.Id}", found.Output, StringComparison.Ordinal);
            Assert.Equal("Confirmed", (await store.Shop.OrderAsync(buyer, before)).State);

            await store.RunAsync("restore", backup);
            await OrderAsync(store, buyer, sku);
            await store.AllAreWholeAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task HasTodaysTablesAsync(RollingStore store, string service)
    {
        if (await LibraryTables.VersionAsync(store, service) is { } version)
            Assert.Equal(LibraryTables.Today, version);
    }

    private static async Task<Guid> OrderAsync(RollingStore store, string buyer, string sku)
    {
        var order = (await store.Shop.PlaceAsync(buyer, sku)).Id;
        store.Orders.Add(order);
        await store.Shop.BecomesAsync(buyer, order, "Confirmed");
        return order;
    }

    /// <returns>How many orders were accepted meanwhile.</returns>
    private static async Task<int> ReplaceAsync(
        RollingStore store, SteadyLoad load, string service, params string[] build)
    {
        var before = load.Placed.Count;
        await store.RunAsync(["replace", service, .. build]);
        var meanwhile = load.Placed.Count - before;
        Assert.True(
            meanwhile > 20 || load.Failures.Count > 0,
            $"Only {meanwhile} orders came by while {service} was replaced.");
        return meanwhile;
    }
}
