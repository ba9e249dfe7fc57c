using System.Collections.Concurrent;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>RabbitMQ for the common suites. Each transport comes through a proxy of its own, so that its connections
/// can be cut or silenced as by the death of its process or of the network.</summary>
public sealed class RabbitMqConformance(RabbitMqBackend rabbit) : TransportBackend
{
    private readonly ConcurrentDictionary<ITransport, TcpProxy> _proxies = new();
    private volatile bool _silent;

    public override string Name => "rabbitmq";

    public override TransportFeatures Features => rabbit.Transport().Features;

    public override string? Missing =>
        rabbit.Server.IsOwn ? null : "The suites cut connections and kill the server, which needs one of their own.";

    public override bool CanRestart => true;

    public override bool CanInterrupt => true;

    public override bool CanAbandon => true;

    public override ValueTask InitializeAsync()
    {
        rabbit.Server.Require();
        return default;
    }

    public override ITransport NewTransport(TimeProvider? clock = null)
    {
        var proxy = new TcpProxy(rabbit.Server.Port);
        if (_silent) proxy.Swallow();
        var transport = rabbit.Transport(
            options => options.Uri = RabbitMqServer.UriAt(proxy.Port), clock: clock);
        _proxies[transport] = proxy;
        return transport;
    }

    public override async Task RestartAsync()
    {
        await rabbit.Server.KillHardAsync();
        await rabbit.Server.StartAsync();
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

    private sealed class Silence(RabbitMqConformance backend) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            backend._silent = false;
            foreach (var proxy in backend._proxies.Values) proxy.Pass();
            return default;
        }
    }
}

public sealed class RabbitMqDeliveryPromises(RabbitMqConformance backend)
    : DeliveryPromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqSendingPromises(RabbitMqConformance backend)
    : SendingPromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqSharingPromises(RabbitMqConformance backend)
    : SharingPromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqTopologyPromises(RabbitMqConformance backend)
    : TopologyPromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqOutagePromises(RabbitMqConformance backend)
    : OutagePromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqInspectionPromises(RabbitMqConformance backend)
    : InspectionPromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqBroadcastPromises(RabbitMqConformance backend)
    : BroadcastPromises(backend), IClassFixture<RabbitMqConformance>;

public sealed class RabbitMqSuites
{
    [Fact]
    public void Binds_every_suite() => Assert.Empty(Suites.Unbound(typeof(RabbitMqSuites).Assembly));
}
