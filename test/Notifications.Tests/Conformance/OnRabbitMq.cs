using Tessera.Messaging;
using Tessera.Messaging.RabbitMq;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

public sealed class CarriedByRabbitMq : CarryingBroker
{
    private readonly RabbitMqServer _server = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Messaging__Broker"] = "rabbitmq",
        ["Messaging__RabbitMq__Uri"] = _server.Uri,
    };

    public override bool KeepsOnlyForKnownReaders => true;

    public override void Require() => _server.Require();

    public override void Use(MessagingBuilder messages) => messages.UseRabbitMq(options => options.Uri = _server.Uri);

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }
}

public sealed class OnRabbitMq(CarriedByRabbitMq broker)
    : ForeignServicePromises(broker), IClassFixture<CarriedByRabbitMq>;
