using System.Net;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway that sends a service two requests at once and has one wait.</summary>
public sealed class NarrowGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
    [
        ("Gateway:Limits:ConcurrentMax", "2"), ("Gateway:Limits:QueueMax", "1"),
        ("Gateway:Limits:QueueWaitMax", "00:00:30"), ("Gateway:Limits:PerClientMax", "4"),
        ("Gateway:UpstreamTimeout", "00:05:00"),
    ];
}

public sealed class OverloadTests(NarrowGatewayProcess gateway) : IClassFixture<NarrowGatewayProcess>
{
    private const string Held = "/api/v1/orders/held";

    [Fact]
    public async Task Refuses_at_once_what_a_service_has_no_place_for_and_serves_what_waits()
    {
        Task<HttpResponseMessage> AskAsync() =>
            gateway.SendAsync("GET", Held, gateway.Tokens.Customer(Guid.NewGuid()));
        var taken = new[] { AskAsync(), AskAsync() };
        await Eventually.HoldsAsync("both are with the service", () => gateway.Orders.Held == 2);
        // One of these waits, and the other has to be refused before anything else can happen.
        var more = new[] { AskAsync(), AskAsync() };
        using var refused = await await Task.WhenAny(more);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Contains("orders", (await Problem.ReadAsync(refused)).Detail, StringComparison.Ordinal);
        Assert.Equal(2, gateway.Orders.Held);
        // Another service has places of its own.
        using var other = await gateway.SendAsync("GET", "/api/v1/stock/1", gateway.Customer);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        for (var release = 0; release < 3; release++) gateway.Orders.Release();
        foreach (var ended in taken) Assert.Equal(HttpStatusCode.OK, (await ended).StatusCode);
        var answers = await Task.WhenAll(more);
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Does_not_count_answers_that_stay_open()
    {
        var stop = TestContext.Current.CancellationToken;
        var streams = new List<HttpResponseMessage>();
        for (var number = 0; number < 6; number++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders/open");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + gateway.Customer);
            streams.Add(await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop));
        }
        using var answer = await gateway.SendAsync("GET", "/api/v1/orders/1", gateway.Customer);
        Assert.All(streams.Append(answer), one => Assert.Equal(HttpStatusCode.OK, one.StatusCode));
        streams.ForEach(stream => stream.Dispose());
    }
}

/// <summary>A gateway where one client may have two requests under way.</summary>
public sealed class FairGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings =>
        [("Gateway:Limits:PerClientMax", "2"), ("Gateway:UpstreamTimeout", "00:05:00")];
}

public sealed class FairnessTests(FairGatewayProcess gateway) : IClassFixture<FairGatewayProcess>
{
    [Fact]
    public async Task Leaves_places_to_others_however_many_one_client_wants()
    {
        var greedy = gateway.Tokens.Customer(Guid.NewGuid());
        var taken = new[] { 1, 2 }.Select(_ => gateway.SendAsync("GET", "/api/v1/orders/held", greedy)).ToArray();
        await Eventually.HoldsAsync("both are with the service", () => gateway.Orders.Held == 2);
        using var third = await gateway.SendAsync("GET", "/api/v1/orders/1", greedy);
        using var other = await gateway.SendAsync("GET", "/api/v1/orders/1", gateway.Customer);
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (third.StatusCode, other.StatusCode));
        Assert.NotNull(third.Headers.RetryAfter);
        gateway.Orders.Release();
        gateway.Orders.Release();
        await Task.WhenAll(taken);
    }
}
