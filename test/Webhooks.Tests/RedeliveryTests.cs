using Tessera.Messaging.Store;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>What has ended, once more.</summary>
public sealed class RedeliveryTests
{
    [Fact]
    public async Task Of_what_was_delivered_that_of_a_time_is_sent_once_more()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        var (orders, begun) = (Some.Ids(3), webhooks.Clock.GetUtcNow());
        await DeliverEachMinuteAsync(webhooks, orders);
        var minute = TimeSpan.FromMinutes(1);
        Assert.Equal(1, await webhooks.RedeliverAsync(
            endpoint, new RedeliverRequest("Delivered", begun + minute, begun + (2 * minute))));
        await webhooks.DeliverAsync();
        Assert.Equal([.. orders, orders[1]], partner.Received.Select(each => Guid.Parse(each.Of("order"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_redelivers_more_than_go_at_once_goes_on_where_it_ended(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var orders = Some.Ids(5);
        await DeliverEachMinuteAsync(webhooks, orders);
        DateTimeOffset? from = null;
        var steps = new List<int>();
        do
        {
            var step = await webhooks.RedeliverSomeAsync(endpoint, new RedeliverRequest("All", from), 2);
            await webhooks.DeliverAsync(); // They have ended again, and are as old as before.
            Assert.Equal(step.Next is null, step.IsWhole);
            steps.Add(step.Deliveries);
            from = step.Next;
        }
        while (from is not null && steps.Count < 10);
        Assert.Equal([2, 2, 1], steps);
        var again = partner.Received[orders.Length..].Select(each => Guid.Parse(each.Of("order")));
        Assert.Equal(orders.Order(), again.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redelivery_takes_as_long_as_it_waits_and_not_as_what_it_tells_is_old(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await DeliverEachMinuteAsync(webhooks, Some.Ids(1));
        webhooks.Clock.Advance(TimeSpan.FromDays(3));
        await webhooks.RedeliverAsync(endpoint, new RedeliverRequest("Delivered"));
        var askedAt = webhooks.Clock.GetUtcNow();
        var numbers = webhooks.Service.Get<CountDeliveries>();
        Assert.Equal(askedAt, (await numbers.OfAsync(endpoint, default)).OldestWaitingAt);
        webhooks.Clock.Advance(TimeSpan.FromSeconds(7));
        var claim = Assert.Single(await webhooks.TakeAsync());
        Assert.Equal(askedAt, claim.QueuedAt);
        await webhooks.RecordAsync(await webhooks.SendAsync(claim));
        Assert.Equal(7, (await numbers.OfAsync(endpoint, default)).SlowestDelaySeconds);
    }

    /// <summary>What only PostgreSQL can show.</summary>
    [Fact]
    public async Task Lines_are_locked_in_one_order_by_whoever_queues_or_redelivers_and_who_prunes_waits_for_nobody()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres: true);
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var orders = Some.Ids(2).OrderBy(id => id.ToString(), StringComparer.Ordinal).ToArray();
        await DeliverEachMinuteAsync(webhooks, orders);
        await WhileFirstIsLockedAsync(webhooks, orders, () => webhooks.PlaceTogetherAsync(orders[1], orders[0]));
        await webhooks.DeliverAsync();
        await WhileFirstIsLockedAsync(
            webhooks, orders, () => webhooks.RedeliverAsync(endpoint, new RedeliverRequest("All")));
        await webhooks.DeliverAsync();
        Assert.Equal(8, partner.Received.Length);

        webhooks.Clock.Advance(TimeSpan.FromDays(60));
        await using (var other = await LockedBy.RunAsync(webhooks.Service.Get<IDatabase>(), Lock(orders[0])))
        {
            await other.RunAsync("select 1 from deliveries limit 1 for update");
            await webhooks.PruneAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
        Assert.Equal(1, await webhooks.Service.NumberAsync("select count(*) from key_lines"));
        Assert.Equal(1, await webhooks.CountAsync("1 = 1"));
        await webhooks.PruneAsync();
        Assert.Equal(0, await webhooks.Service.NumberAsync("select count(*) from key_lines"));
    }

    /// <summary>Whoever waits for the first line has not locked the second one.</summary>
    private static async Task WhileFirstIsLockedAsync(WebhooksInMemory webhooks, Guid[] orders, Func<Task> act)
    {
        await using var other = await LockedBy.RunAsync(webhooks.Service.Get<IDatabase>(), Lock(orders[0]));
        var acting = act();
        await other.IsWaitedForAsync();
        await other.RunAsync(Lock(orders[1]));
        await other.DisposeAsync();
        await acting;
    }

    private static string Lock(Guid order) => $"select 1 from key_lines where event_key = '{order}' for update";

    private static async Task DeliverEachMinuteAsync(WebhooksInMemory webhooks, IEnumerable<Guid> orders)
    {
        foreach (var order in orders)
        {
            await webhooks.PlaceAsync(order);
            await webhooks.DeliverAsync();
            webhooks.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }
}
