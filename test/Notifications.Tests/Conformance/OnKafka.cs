using Tessera.Messaging;
using Tessera.Messaging.Kafka;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

public sealed class CarriedByKafka : CarryingBroker
{
    private readonly KafkaServer _server = new()
    {
        // A reader that was killed is missed after that long, twenty times.
        Settings = new Dictionary<string, string> { ["group.min.session.timeout.ms"] = "1000" },
    };

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Messaging__Broker"] = "kafka",
        ["Messaging__Kafka__BootstrapServers"] = _server.BootstrapServers,
        ["Messaging__Kafka__SessionTimeout"] = "00:00:03",
    };

    public override void Require() => _server.Require();

    public override void Use(MessagingBuilder messages) => messages.UseKafka(options =>
    {
        options.BootstrapServers = _server.BootstrapServers;
        options.AcceptSingleReplica = true;
    });

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }
}

public sealed class OnKafka(CarriedByKafka broker) : ForeignServicePromises(broker), IClassFixture<CarriedByKafka>;
