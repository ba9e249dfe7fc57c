using System.Collections.Concurrent;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Redis.Tests;

/// <summary>Redis for the common suites. Each transport comes through a proxy of its own, so that its connections can
/// be cut or silenced as by the death of its process or of the network.</summary>
public sealed class RedisConformance(RedisBackend redis) : TransportBackend
{
    private readonly ConcurrentDictionary<ITransport, TcpProxy> _proxies = new();
    private volatile bool _silent;

    public override string Name => "redis";

    public override TransportFeatures Features => redis.Transport().Features;

    public override string? Missing =>
        redis.Server.IsOwn ? null : "The suites cut connections and kill the server, which needs one of their own.";

    public override bool CanRestart => true;

    public override bool CanInterrupt => true;

    public override bool CanAbandon => true;

    public override ValueTask InitializeAsync()
    {
        redis.Server.Require();
        return default;
    }

    public override ITransport NewTransport(TimeProvider? clock = null)
    {
        var proxy = new TcpProxy(redis.Server.Port);
        if (_silent) proxy.Swallow();
        var transport = redis.Transport(
            options => options.Configuration = $"127.0.0.1:{proxy.Port}", clock: clock);
        _proxies[transport] = proxy;
        return transport;
    }

    public override async Task RestartAsync()
    {
        await redis.Server.KillHardAsync();
        await redis.Server.StartAsync();
    }

    public override Task<IAsyncDisposable> InterruptAsync()
    {
        _silent = true;
        foreach (var proxy in _proxies.Values) proxy.Swallow();
        return Task.FromResult<IAsyncDisposable>(new Silence(this));
    }

    public override async Task AbandonAsync(ITransport transport)
    {
        if (_proxies.TryRemove(transport, out var proxy)) await proxy.DisposeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies.Values) await proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    private sealed class Silence(RedisConformance backend) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            backend._silent = false;
            foreach (var proxy in backend._proxies.Values) proxy.Pass();
            return default;
        }
    }
}

public sealed class RedisDeliveryPromises(RedisConformance backend)
    : DeliveryPromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisSendingPromises(RedisConformance backend)
    : SendingPromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisSharingPromises(RedisConformance backend)
    : SharingPromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisTopologyPromises(RedisConformance backend)
    : TopologyPromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisOutagePromises(RedisConformance backend)
    : OutagePromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisInspectionPromises(RedisConformance backend)
    : InspectionPromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisBroadcastPromises(RedisConformance backend)
    : BroadcastPromises(backend), IClassFixture<RedisConformance>;

public sealed class RedisSuites
{
    [Fact]
    public void Binds_every_suite() => Assert.Empty(Suites.Unbound(typeof(RedisSuites).Assembly));
}
