using System.Net.ServerSentEvents;
using System.Text.Json;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Orders.Tests;

/// <summary>GET /orders/{id}/events: the history as it happens, at either replica.</summary>
public sealed class FollowOrderTests(TwoReplicas replicas) : IClassFixture<TwoReplicas>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_what_was_and_what_another_replica_does()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        using var answer = await FollowAsync(replicas.Second, buyer, order);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        await using var events = Events(answer);
        Assert.Equal(("1", "Placed"), await NextAsync(events));
        await replicas.CancelAsync(buyer, order);
        Assert.Equal(("2", "Cancelled"), await NextAsync(events));
    }

    [Fact]
    public async Task Goes_on_at_another_replica_where_one_broke_off()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        using (var before = await FollowAsync(replicas.First, buyer, order))
        {
            await using var events = Events(before);
            Assert.Equal(("1", "Placed"), await NextAsync(events));
        }
        await replicas.CancelAsync(buyer, order); // While nobody listens.
        using var after = await FollowAsync(replicas.Second, buyer, order, "1");
        await using var more = Events(after);
        Assert.Equal(("2", "Cancelled"), await NextAsync(more));
        using var all = await FollowAsync(replicas.First, buyer, order, "2");
        using var reader = new StreamReader(await all.Content.ReadAsStreamAsync(Stop));
        for (var line = 0; line < 8; line++) // Several signs of life, and no event.
            Assert.DoesNotContain("event", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_the_token()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        var end = TimeProvider.System.GetUtcNow().AddSeconds(3);
        var token = replicas.Tokens.Issue(buyer, "customer", issued => issued.Expires = end.UtcDateTime);
        using var answer = await replicas.SendAsync(
            replicas.First, HttpMethod.Get, $"/orders/{order}/events", token, null);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("token has ended", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetUtcNow() >= end.AddSeconds(-1)); // Not before; a token counts whole seconds.
    }

    [Theory]
    [InlineData("oi_au_id")]
    [InlineData("oi_tkn_id")]
    [InlineData("sub")]
    public async Task Ends_before_the_token_does_when_its_sign_in_has_ended_or_its_account_was_erased(string claim)
    {
        var (buyer, other, ended) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        if (claim == "sub") ended = buyer;
        var (order, others) = (await replicas.PlaceAsync(buyer), await replicas.PlaceAsync(other));
        var token = replicas.Tokens.Issue(buyer, "customer", issued => issued.Claims[claim] = ended.ToString());
        using var answer = await replicas.SendAsync(
            replicas.Second, HttpMethod.Get, $"/orders/{order}/events", token, null);
        Assert.Equal(200, (int)answer.StatusCode);
        using var goesOn = await FollowAsync(replicas.Second, other, others);
        await using var events = Events(goesOn);
        Assert.Equal(("1", "Placed"), await NextAsync(events));
        if (claim == "sub") replicas.Users.Erase(buyer);
        else replicas.Users.EndSignIn(ended);
        // It would be read for an hour, which is what the token has.
        var told = await answer.Content.ReadAsStringAsync(Stop).WaitAsync(Eventually.Bound, Stop);
        Assert.EndsWith(": the access token has ended\n\n", told, StringComparison.Ordinal);
        await replicas.CancelAsync(other, others);
        Assert.Equal(("2", "Cancelled"), await NextAsync(events));
    }

    [Fact]
    public async Task Ends_when_the_process_is_told_to_stop()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        await using var third = await replicas.StartAsync();
        using var answer = await FollowAsync(third, buyer, order);
        await using var events = Events(answer);
        Assert.Equal(("1", "Placed"), await NextAsync(events));
        var ending = third.TerminateAsync();
        Assert.False(await events.MoveNextAsync()); // In order, not by a broken connection.
        await ending;
    }

    [Fact]
    public async Task Gives_one_caller_a_few_places_and_the_others_theirs()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        var open = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => FollowAsync(replicas.First, buyer, order)));
        Assert.All(open, answer => Assert.Equal(200, (int)answer.StatusCode));
        using var more = await FollowAsync(replicas.First, buyer, order);
        await Problems.IsProblemAsync(more, 429, "You follow too many orders at once. End one, or try again.");
        var other = Guid.NewGuid();
        using var others = await FollowAsync(replicas.First, other, await replicas.PlaceAsync(other));
        Assert.Equal(200, (int)others.StatusCode);
        foreach (var answer in open) answer.Dispose();
        await Eventually.HoldsAsync("the places are free again", async () =>
        {
            using var again = await FollowAsync(replicas.First, buyer, order);
            return again.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task Is_for_the_owner_and_for_operators()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        using var stranger = await FollowAsync(replicas.First, Guid.NewGuid(), order);
        await Problems.IsProblemAsync(stranger, 404, $"You have no order {order}.");
        using var byOperator = await replicas.SendAsync(replicas.First, HttpMethod.Get, $"/orders/{order}/events",
            replicas.Tokens.Operator(Guid.NewGuid()), null);
        Assert.Equal(200, (int)byOperator.StatusCode);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    public async Task Refuses_an_event_id_that_is_none(string lastEventId)
    {
        var buyer = Guid.NewGuid();
        using var answer = await FollowAsync(replicas.First, buyer, await replicas.PlaceAsync(buyer), lastEventId);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("Last-Event-ID", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_HEAD_and_is_done()
    {
        var buyer = Guid.NewGuid();
        var order = await replicas.PlaceAsync(buyer);
        using var answer = await replicas.SendAsync(replicas.First, HttpMethod.Head, $"/orders/{order}/events",
            replicas.Tokens.Customer(buyer), null);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Stop));
    }

    private Task<HttpResponseMessage> FollowAsync(
        ServiceProcess replica, Guid buyer, Guid order, string? lastEventId = null) => replicas.SendAsync(
        replica, HttpMethod.Get, $"/orders/{order}/events", replicas.Tokens.Customer(buyer), null, lastEventId);

    private static IAsyncEnumerator<SseItem<string>> Events(HttpResponseMessage answer) =>
        SseParser.Create(answer.Content.ReadAsStream(Stop)).EnumerateAsync(Stop).GetAsyncEnumerator(Stop);

    private static async Task<(string? Id, string State)> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("history", events.Current.EventType);
        var entry = JsonSerializer.Deserialize<OrderHistoryEntry>(events.Current.Data, JsonSerializerOptions.Web)!;
        return (events.Current.EventId, entry.State);
    }
}
