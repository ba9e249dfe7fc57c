using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using Tessera.Testing;
using Tessera.Testing.Services;

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

    [Theory]
    [InlineData("/api/v1/products/open")]
    [InlineData("/api/v1/products/socket")]
    public async Task Ends_what_stays_open_when_the_gateway_is_told_to_stop(string path)
    {
        var bound = TimeSpan.FromMinutes(1); // Of those for which it would wait.
        var stop = TestContext.Current.CancellationToken;
        await using var leaving = await ServiceProcess.StartAsync(
            "Gateway", gateway.Data, ("Services:Catalog", gateway.Orders.Address),
            ("Gateway:UpstreamTimeout", "00:05:00"), ("Stop:Timeout", "00:10:00"));
        using var socket = new ClientWebSocket();
        using var client = new HttpClient { BaseAddress = leaving.Address };
        Task ending;
        if (path.EndsWith("socket", StringComparison.Ordinal))
        {
            await socket.ConnectAsync(new UriBuilder(leaving.Address) { Scheme = "ws", Path = path }.Uri, stop);
            ending = leaving.TerminateAsync();
            await Assert.ThrowsAsync<WebSocketException>(
                () => socket.ReceiveAsync(new byte[8], stop).WithinAsync(bound));
        }
        else
        {
            using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, stop);
            await using var events = await answer.Content.ReadAsStreamAsync(stop);
            Assert.Equal(3, await events.ReadAtLeastAsync(new byte[3], 3, cancellationToken: stop));
            ending = leaving.TerminateAsync();
            await Assert.ThrowsAnyAsync<IOException>(
                () => events.ReadAsync(new byte[8], stop).AsTask().WithinAsync(bound));
        }
        await ending.WithinAsync(bound);
    }
}
