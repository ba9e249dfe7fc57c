using System.Collections.Concurrent;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Webhooks.Tests;

/// <summary>Two processes over one database.</summary>
public sealed class ReplicaTests
{
    private const int Many = 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_one_key_one_delivery_is_under_way_at_most_in_order_across_both(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        var (now, most) = (0, 0);
        partner.Answer = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
        };
        await using var webhooks = await WebhooksProcess.StartTwoAsync(onPostgres);
        var endpoint = (await webhooks.RegisterAsync(partner.Url(), ordered: true)).Endpoint.Id;
        var sent = new List<string>();
        for (var number = 0; number < Many; number++)
            sent.Add(MessageId.Text(await webhooks.TestAsync(endpoint, atSecond: number % 2 == 1)));
        await partner.GetsAsync(Many);
        Assert.Equal(1, most);
        Assert.Equal(sent, partner.Received.Select(each => each.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_order_each_keeps_to_its_own_bound_and_what_one_was_killed_with_the_other_delivers(
        bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        var release = new TaskCompletionSource();
        var underWay = new ConcurrentDictionary<string, int>();
        partner.Answer = async (received, context) =>
        {
            underWay.AddOrUpdate(received.Id, 1, (_, count) => count + 1);
            await release.Task.WaitAsync(context.RequestAborted);
        };
        await using var webhooks = await WebhooksProcess.StartTwoAsync(
            onPostgres, ("Webhooks:SlowAfter", "00:01:00"), ("Webhooks:AnswerTimeout", "00:00:30"),
            ("Webhooks:ClaimTime", "00:01:00"));
        var endpoint = (await webhooks.RegisterAsync(partner.Url())).Endpoint.Id;
        for (var number = 0; number < Many; number++) await webhooks.TestAsync(endpoint, atSecond: number % 2 == 1);
        var both = 2 * new WebhookOptions().DeliveriesPerEndpointMax;
        await Eventually.HoldsAsync(
            "both send as many as each may", () => underWay.Count == both, TimeSpan.FromSeconds(60));
        Assert.All(underWay.Values, count => Assert.Equal(1, count)); // None of them by both.
        await webhooks.KillSecondAsync();
        release.SetResult();
        await Eventually.HoldsAsync(
            "all are delivered", async () => await webhooks.DeliveredAsync(endpoint) == Many, TimeSpan.FromMinutes(3));
    }
}
