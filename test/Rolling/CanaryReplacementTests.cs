using System.Net.Http.Json;
using Tessera.EndToEnd;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Rolling;

/// <summary>The next version of Orders is a tenth of the users' for a while, beside the released one. Nobody's request
/// fails, each user has one version all the time, and all that either has accepted is brought to its end.</summary>
public sealed class CanaryReplacementTests(RollingStores stores)
{
    private const string Service = "orders";
    private const int Users = 200;

    /// <summary>Of a hundred users ten; of 200 that is 20 with a deviation of 4.</summary>
    private const int CanaryUsersMin = 8;
    private const int CanaryUsersMax = 32;

    [Fact]
    public async Task A_tenth_of_the_users_has_the_next_version_until_it_is_taken_back()
    {
        var store = await stores.OnAsync(Extent.Brokers[0]);
        var old = await store.VersionsAsync(Service);
        await using var load = await SteadyLoad.BeginAsync(store.Shop, Extent.Rate);

        await TryCanaryAsync(store, load, "back");

        Assert.Equal(old, await store.VersionsAsync(Service));
        await EndWholeAsync(store, load);
    }

    [Fact]
    public async Task A_canary_becomes_the_version_of_all()
    {
        Assert.SkipUnless(Extent.IsAll, "Takes minutes: tried by ./tessera test --project Rolling --all.");
        var store = await stores.OnAsync(Extent.Brokers[0]);
        await using var load = await SteadyLoad.BeginAsync(store.Shop, Extent.Rate);

        await TryCanaryAsync(store, load, "promote");

        Assert.All(await store.VersionsAsync(Service), now => Assert.Equal(Extent.VersionOf(Service), now));
        await store.RunAsync("replace", Service, "--at", Extent.LastReleaseOf(Service));
        await EndWholeAsync(store, load);
    }

    private static async Task TryCanaryAsync(RollingStore store, SteadyLoad load, string end)
    {
        var crowd = new Crowd(store.Shop, Users);
        Assert.All(await crowd.AskAsync(), version => Assert.Null(version));
        using var replace = store.Start(
            "replace", Service, "--canary", "10%", "--for", "1h", "--then", end == "back" ? "promote" : "back");
        await Eventually.HoldsAsync("the canary has its share", () => Announced(replace), TimeSpan.FromMinutes(2));
        Assert.Equal(
            [.. (await store.VersionsAsync(Service)).Order(StringComparer.Ordinal)],
            ((string[])[Extent.ReleasedVersionOf(Service), Extent.VersionOf(Service)]).Order(StringComparer.Ordinal));
        await HasItsShareAsync(crowd, replace);
        await OrderOfTheCanaryAsync(store, load);
        if (Extent.IsAll) await load.GoOnAsync(orders: 60 * Extent.Rate, pages: 0); // A minute.
        await store.RunAsync("replace", Service, "--then", end);

        var ended = await replace.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.ExitCode == 0, ended.All);
        Assert.Contains(
            end == "back" ? "is taken back" : "is promoted", ended.Output, StringComparison.Ordinal);
        Assert.All(await crowd.AskAsync(), version => Assert.Null(version));
    }

    /// <summary>Each user gets one version, time after time. While a process is too busy to answer its probe the other
    /// version serves its users: then they are asked again.</summary>
    private static async Task HasItsShareAsync(Crowd crowd, RunningCommand replace)
    {
        var before = await crowd.AskAsync();
        for (var round = 0; round < 20; round++)
        {
            var now = await crowd.AskAsync();
            Assert.False(replace.HasExited, replace.Output + replace.Error);
            Assert.DoesNotContain(null, now);
            if (now.SequenceEqual(before))
            {
                Assert.InRange(now.Count(version => version == "canary"), CanaryUsersMin, CanaryUsersMax);
                return;
            }
            before = now;
        }
        Assert.Fail("The users did not keep their versions.");
    }

    private static bool Announced(RunningCommand replace)
    {
        Assert.False(replace.HasExited, replace.Output + replace.Error);
        return replace.Output.Contains("has 10 of 100 users", StringComparison.Ordinal);
    }

    /// <summary>Somebody who is among the tenth orders, reads it, and sees it confirmed.</summary>
    private static async Task OrderOfTheCanaryAsync(RollingStore store, SteadyLoad load)
    {
        var seen = new List<string?>();
        while (seen.Count < 100)
        {
            var buyer = await store.Shop.NewBuyerAsync();
            seen.Add(await Crowd.VersionOfAsync(store.Shop, buyer));
            if (seen[^1] != "canary") continue;
            using var placed = await store.Shop.TryPlaceAsync(
                buyer, new PlaceOrderRequest([new PlaceOrderLine(load.Sku, 1)], null));
            var order = (await placed.Content.ReadFromJsonAsync<OrderView>())!.Id;
            store.Orders.Add(order);
            seen.Add(placed.Headers.GetValues(Crowd.Release).Single());
            if (seen[^1] != "canary") continue;
            await store.Shop.BecomesAsync(buyer, order, "Confirmed");
            return;
        }
        Assert.Fail($"Of a hundred buyers none got the canary, but {string.Join(", ", seen.Distinct())}.");
    }

    private static async Task EndWholeAsync(RollingStore store, SteadyLoad load)
    {
        await load.GoOnAsync(orders: 20, pages: 4);
        await load.EndAsync();
        store.Orders.UnionWith(load.Placed);
        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Placed.Count} orders and {load.Pages} pages");
        Assert.True(load.Failures.Count == 0, string.Join("\n", load.Failures.Take(5)));
        await store.AllAreWholeAsync();
    }
}
