using Tessera.Testing.Services;

namespace Tessera.Webhooks.Tests;

/// <summary>The process dies between two steps: what it did not do is left out, then another does its round.</summary>
public sealed class CrashWindowTests
{
    private static readonly TimeSpan claimTime = new WebhookOptions().ClaimTime;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_before_the_commit_nothing_is_queued_and_the_event_is_heard_again(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var (order, happening) = (Guid.NewGuid(), Guid.NewGuid());
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => webhooks.Service.InScopeAsync(async (scope, work) =>
        {
            var handler = (QueueOrderWebhooks)scope.GetService(typeof(QueueOrderWebhooks))!;
            await handler.HandleAsync(
                Some.Placed(order), new Messaging.MessageContext(work, Some.Heard(order, happening), 1), default);
            await work.FlushAsync(default);
            throw new InvalidTimeZoneException("dies here");
        }));
        Assert.Equal(0, await webhooks.CountAsync("1 = 1"));
        await webhooks.PlaceAsync(order, happening);
        await webhooks.DeliverAsync();
        Assert.Single(partner.Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_between_the_claim_and_the_message_another_sends_it_when_the_claim_has_run_out(
        bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        Assert.Single(await webhooks.TakeAsync());
        await webhooks.DeliverAsync();
        Assert.Empty(partner.Received);
        webhooks.Clock.Advance(claimTime);
        await webhooks.DeliverAsync();
        Assert.Single(partner.Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_between_the_answer_and_our_commit_it_is_the_same_message_twice(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var order = Guid.NewGuid();
        await webhooks.PlaceAsync(order);
        await webhooks.PlaceAsync(order);
        await webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
        webhooks.Clock.Advance(claimTime);
        await webhooks.DeliverAsync();
        var ids = partner.Received.Select(each => each.Id).ToArray();
        Assert.Equal((3, ids[0]), (ids.Length, ids[1]));
        Assert.NotEqual(ids[0], ids[2]);
        Assert.Equal(partner.Received[0].Body, partner.Received[1].Body);
    }

    [Fact]
    public async Task A_worker_that_slept_through_its_claim_changes_nothing_with_its_answer()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.AnswersWith(500);
        var late = await webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
        webhooks.Clock.Advance(claimTime);
        partner.AnswersWith(200);
        await webhooks.DeliverAsync();
        await webhooks.RecordAsync(late);
        Assert.Equal(1, await webhooks.CountAsync("state = 'Delivered' and status = 200"));
        Assert.Equal(2, await webhooks.Service.NumberAsync("select count(*) from attempts"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workers_that_look_at_the_same_moment_take_different_deliveries(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        for (var number = 0; number < 40; number++) await webhooks.PlaceAsync(Guid.NewGuid());
        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => webhooks.TakeAsync(10))));
        var ids = taken.SelectMany(some => some).Select(claim => claim.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.InRange(ids.Length, 10, 40);
    }
}
