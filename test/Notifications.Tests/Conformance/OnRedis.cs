using Tessera.Messaging;
using Tessera.Messaging.Redis;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

public sealed class CarriedByRedis : CarryingBroker
{
    private readonly RedisServer _server = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Messaging__Broker"] = "redis",
        ["Messaging__Redis__Configuration"] = _server.Address,
        ["Messaging__Redis__LeaseDuration"] = "00:00:01",
    };

    public override void Require() => _server.Require();

    public override void Use(MessagingBuilder messages) =>
        messages.UseRedis(options => options.Configuration = _server.Address);

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }
}

public sealed class OnRedis(CarriedByRedis broker) : ForeignServicePromises(broker), IClassFixture<CarriedByRedis>;
