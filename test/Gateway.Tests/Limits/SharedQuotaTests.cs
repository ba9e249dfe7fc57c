using System.Net;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>Two gateways that count in one Redis.</summary>
public sealed class SharedQuotaTests : IAsyncLifetime
{
    private const string Path = "/api/v1/products/1";
    private readonly RedisServer _redis = new();
    private readonly TemporaryFolder _data = new("shared-quota");
    private readonly List<ServiceProcess> _gateways = [];
    private readonly List<HttpClient> _clients = [];
    private StubService? _stub;

    public async ValueTask InitializeAsync()
    {
        _redis.RequireOwn();
        await _redis.InitializeAsync();
        _stub = await StubService.StartAsync("catalog");
        for (var number = 0; number < 2; number++)
        {
            _gateways.Add(await ServiceProcess.StartAsync("Gateway", _data.Path,
                ("Services:Catalog", _stub.Address), ("Gateway:Limits:Redis", _redis.Address),
                ("Gateway:AnonymousPerSecond", "20"), ("Gateway:Limits:RedisTimeout", "00:00:05")));
            _clients.Add(new HttpClient { BaseAddress = _gateways[number].Address });
        }
    }

    [Fact]
    public async Task Count_one_client_together_and_alone_while_redis_is_away()
    {
        await Eventually.HoldsAsync("what one counts the other knows", async () =>
        {
            using var one = await _clients[0].GetAsync(Path, TestContext.Current.CancellationToken);
            using var other = await _clients[1].GetAsync(Path, TestContext.Current.CancellationToken);
            return LeftOf(one) < 40 && LeftOf(other) < LeftOf(one);
        });
        // All that one gateway lets through is missing at the other.
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => _clients[0].GetAsync(Path)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        var elsewhere = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _clients[1].GetAsync(Path)));
        Assert.Contains(elsewhere, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await _redis.KillHardAsync();
        await Eventually.HoldsAsync("both go on alone", async () =>
        {
            foreach (var client in _clients)
            {
                using var answer = await client.GetAsync(Path, TestContext.Current.CancellationToken);
                if (answer.StatusCode != HttpStatusCode.OK || LeftOf(answer) < 30) return false;
            }
            return true;
        });
        await Eventually.HoldsAsync(
            "both say so", () => _gateways.All(one => one.Log.Contains("Redis is away", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        foreach (var gateway in _gateways) await gateway.DisposeAsync();
        if (_stub is not null) await _stub.DisposeAsync();
        await _redis.DisposeAsync();
        _data.Dispose();
    }

    private static int LeftOf(HttpResponseMessage answer) =>
        int.Parse(answer.Headers.GetValues("RateLimit").Single().Split(';')[1][2..],
            System.Globalization.CultureInfo.InvariantCulture);
}
