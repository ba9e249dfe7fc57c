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
    public async Task Dead_just_before_the_clock_is_set_back_an_hour_another_sends_all_that_waits_at_once(
        bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var (refused, taken, queued) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        partner.AnswersWith(500);
        await webhooks.PlaceAsync(refused);
        Assert.Equal(1, await webhooks.RoundAsync());
        await webhooks.PlaceAsync(taken);
        await webhooks.PlaceAsync(taken); // Behind it in the line.
        Assert.Single(await webhooks.TakeAsync());
        await webhooks.PlaceAsync(queued);
        partner.AnswersWith(200);

        webhooks.Clock.AdjustTime(webhooks.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        await webhooks.DeliverAsync();
        Assert.Equal(4, await webhooks.CountAsync("state = 'Delivered'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task However_little_the_clock_is_set_back_what_nobody_has_tried_since_it_was_queued_goes_at_once(
        bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
        webhooks.Clock.Advance(claimTime / 2);
        await webhooks.DeliverAsync(); // Looks, and has no reason to look for this.
        await webhooks.RedeliverAsync(endpoint, new("All"));
        await webhooks.PlaceAsync(Guid.NewGuid());
        webhooks.Clock.AdjustTime(webhooks.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        await webhooks.DeliverAsync();
        Assert.Equal(3, partner.Received.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_looks_for_what_the_clock_has_left_behind_leaves_claims_and_waits_that_are_right(
        bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        partner.Answer = (_, context) =>
        {
            context.Response.Headers.RetryAfter = "86400";
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await webhooks.PlaceAsync(Guid.NewGuid());
        Assert.Equal(1, await webhooks.RoundAsync());
        webhooks.Clock.Advance(claimTime); // It looks again.
        await webhooks.PlaceAsync(Guid.NewGuid());
        Assert.Single(await webhooks.TakeAsync());
        // A clock that is corrected a little brings nothing back either.
        webhooks.Clock.AdjustTime(webhooks.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        Assert.Empty(await webhooks.TakeAsync());
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
