using System.Net.ServerSentEvents;

namespace Tessera.Gateway.Tests;

/// <summary>What a service says bit by bit passes bit by bit.</summary>
public sealed class EventStreamTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Fact]
    public async Task Passes_each_event_on_before_there_is_a_next()
    {
        var stop = TestContext.Current.CancellationToken;
        gateway.Orders.SayNext();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders/stream");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + gateway.Customer);
        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        await using var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(stop))
            .EnumerateAsync(stop).GetAsyncEnumerator(stop);
        for (var number = 1; number <= 3; number++)
        {
            // The service says nothing more until it is asked to: what is kept back would be waited for in vain.
            Assert.True(await events.MoveNextAsync());
            Assert.Equal($"{number}", events.Current.Data);
            gateway.Orders.SayNext();
        }
    }
}
