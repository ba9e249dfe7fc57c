using Tessera.Orders.Contracts;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>Endpoints that asked for order. The same on both databases.</summary>
public sealed class KeyOrderTests
{
    private static readonly string[] both = [PublicOrderPlaced.Type, PublicOrderConfirmed.Type];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivery_that_fails_holds_up_what_comes_after_it_about_the_same_thing_and_nothing_else(
        bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true, both);
        var (held, other) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var order in new[] { held, other })
        {
            await webhooks.PlaceAsync(order);
            await ConfirmAsync(webhooks, order);
        }
        partner.Answer = (received, context) =>
        {
            if (received.Of("order") == held.ToString()) context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await webhooks.DeliverAsync();
        Assert.Equal(["order.placed.v1", "order.confirmed.v1"], TypesOf(partner, other));
        Assert.Equal(["order.placed.v1"], TypesOf(partner, held));

        partner.AnswersWith(200);
        webhooks.Clock.Advance(TimeSpan.FromSeconds(5));
        await webhooks.DeliverAsync();
        Assert.Equal(["order.placed.v1", "order.placed.v1", "order.confirmed.v1"], TypesOf(partner, held));
    }

    [Fact]
    public async Task An_endpoint_that_did_not_ask_for_order_gets_what_comes_later_at_once()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url(), ordered: false, both);
        var order = Guid.NewGuid();
        await webhooks.PlaceAsync(order);
        await ConfirmAsync(webhooks, order);
        Assert.Equal(2, (await webhooks.TakeAsync()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_key_one_delivery_at_most_is_under_way(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true, both);
        var order = Guid.NewGuid();
        await webhooks.PlaceAsync(order);
        await ConfirmAsync(webhooks, order);
        var first = Assert.Single(await webhooks.TakeAsync());
        Assert.Empty(await webhooks.TakeAsync());
        await webhooks.RecordAsync(await webhooks.SendAsync(first));
        Assert.Equal("order.confirmed.v1", Assert.Single(await webhooks.TakeAsync()).Type);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_under_way_is_not_taken_again_because_the_endpoint_was_paused_and_resumed(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url(), ordered: true, both);
        var (underWay, failed) = (Guid.NewGuid(), Guid.NewGuid());
        await webhooks.PlaceAsync(failed);
        partner.AnswersWith(500);
        Assert.Equal(1, await webhooks.RoundAsync());
        await webhooks.PlaceAsync(underWay);
        var taken = Assert.Single(await webhooks.TakeAsync());
        await webhooks.PauseAsync(endpoint);
        await webhooks.ResumeAsync(endpoint);
        // The one that waits for its next attempt comes at once, and it alone.
        Assert.Equal(failed.ToString(), Assert.Single(await webhooks.TakeAsync()).Key);
        webhooks.Clock.Advance(new WebhookOptions().ClaimTime);
        Assert.Contains(taken.Id, (await webhooks.TakeAsync()).Select(each => each.Id)); // Its worker died.
    }

    /// <summary>An answer about something else disables the endpoint while a request is under way.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task What_is_under_way_to_an_endpoint_that_is_disabled_and_resumed_is_not_joined_by_a_second(
        bool onPostgres, bool ordered)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(
            onPostgres, ("Webhooks:DisableAfter", "00:00:01"));
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url(), ordered, both);
        var (other, order) = (Guid.NewGuid(), Guid.NewGuid());
        var underWay = await DisableWhileUnderWayAsync(webhooks, partner, other, order);
        await webhooks.ResumeAsync(endpoint);
        Assert.Equal(1, await webhooks.RedeliverAsync(endpoint));
        Assert.Equal(other.ToString(), Assert.Single(await webhooks.TakeAsync()).Key);
        await ConfirmAsync(webhooks, order);
        if (ordered) Assert.Empty(await webhooks.TakeAsync());

        partner.AnswersWith(200);
        await webhooks.RecordAsync(await webhooks.SendAsync(underWay));
        Assert.Equal(1, await webhooks.CountAsync("state = 'Delivered'"));
        Assert.Equal("order.confirmed.v1", Assert.Single(await webhooks.TakeAsync()).Type);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task What_is_under_way_to_an_endpoint_that_is_disabled_ends_by_its_answer_or_when_its_worker_has_died(
        bool onPostgres, bool dies)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(
            onPostgres, ("Webhooks:DisableAfter", "00:00:01"));
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url(), ordered: true, both);
        var underWay = await DisableWhileUnderWayAsync(webhooks, partner, Guid.NewGuid(), Guid.NewGuid());
        await webhooks.PruneAsync();
        Assert.Equal(1, await webhooks.CountAsync("state = 'Waiting'"));
        if (dies)
        {
            webhooks.Clock.Advance(new WebhookOptions().ClaimTime);
            await webhooks.PruneAsync();
        }
        else
        {
            await webhooks.RecordAsync(await webhooks.SendAsync(underWay));
        }
        Assert.Equal(2, await webhooks.CountAsync("state = 'Failed'"));
        await webhooks.ResumeAsync(endpoint);
        Assert.Equal(2, await webhooks.RedeliverAsync(endpoint));
        Assert.Equal(2, (await webhooks.TakeAsync()).Count);
    }

    [Fact]
    public async Task One_that_is_given_up_lets_those_behind_it_go_and_comes_again_behind_them()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(
            false, ("Webhooks:GiveUpAfter", "00:00:01"), ("Webhooks:DisableAfter", "30.00:00:00"));
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url(), ordered: true, both);
        var order = Guid.NewGuid();
        await webhooks.PlaceAsync(order);
        await ConfirmAsync(webhooks, order);
        partner.AnswersWith(500);
        await webhooks.RoundAsync();
        webhooks.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await webhooks.RoundAsync()); // The last attempt of the first.
        Assert.Equal(1, await webhooks.RedeliverAsync(endpoint));
        partner.AnswersWith(200);
        await webhooks.DeliverAsync();
        Assert.Equal(
            ["order.placed.v1", "order.placed.v1", "order.confirmed.v1", "order.placed.v1"], TypesOf(partner, order));
    }

    /// <summary>Who joins a line and who leaves its head look at the same moment, again and again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_is_left_behind_in_a_line_that_is_joined_and_left_at_once(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var order = Guid.NewGuid();
        var happenings = Enumerable.Range(0, 60).Select(_ => Guid.NewGuid()).ToArray();
        var joining = Task.Run(async () =>
        {
            foreach (var happening in happenings) await webhooks.PlaceAsync(order, happening);
        });
        while (!joining.IsCompleted) await webhooks.RoundAsync();
        await joining;
        await webhooks.DeliverAsync();
        var endpoint = (await webhooks.Service.QueryAsync("select id from endpoints", row => row.GetGuid(0)))[0];
        Assert.Equal(
            happenings.Select(happening => MessageId.Text(MessageId.Of(endpoint, happening))),
            partner.Received.Select(each => each.Id));
    }

    /// <returns>What is under way about <paramref name="order"/>.</returns>
    private static async Task<DeliveryClaim> DisableWhileUnderWayAsync(
        WebhooksInMemory webhooks, Partner partner, Guid other, Guid order)
    {
        partner.AnswersWith(500);
        await webhooks.PlaceAsync(other);
        Assert.Equal(1, await webhooks.RoundAsync());
        webhooks.Clock.Advance(TimeSpan.FromSeconds(5));
        await webhooks.PlaceAsync(order);
        var taken = await webhooks.TakeAsync();
        await webhooks.RecordAsync(await webhooks.SendAsync(taken.Single(each => each.Key == other.ToString())));
        Assert.Equal(EndpointState.Disabled, (await webhooks.FindAsync(taken[0].Endpoint.Id)).State);
        return taken.Single(each => each.Key == order.ToString());
    }

    private static Task ConfirmAsync(WebhooksInMemory webhooks, Guid order) =>
        webhooks.HearAsync<QueueOrderWebhooks, OrderConfirmed>(order, new OrderConfirmed(order, Some.Buyer));

    private static string[] TypesOf(Partner partner, Guid order) =>
        [.. partner.Received.Where(each => each.Of("order") == order.ToString()).Select(each => each.Type)];
}
