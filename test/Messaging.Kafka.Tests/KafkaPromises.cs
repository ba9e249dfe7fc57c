using Tessera.Messaging.Conformance;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

public sealed class KafkaBroadcastPromises(KafkaBackend kafka) : BroadcastPromises(kafka);

public sealed class KafkaDeliveryPromises(KafkaBackend kafka) : DeliveryPromises(kafka);

public sealed class KafkaInspectionPromises(KafkaBackend kafka) : InspectionPromises(kafka);

public sealed class KafkaOutagePromises(KafkaBackend kafka) : OutagePromises(kafka);

public sealed class KafkaSendingPromises(KafkaBackend kafka) : SendingPromises(kafka);

public sealed class KafkaSharingPromises(KafkaBackend kafka) : SharingPromises(kafka);

public sealed class KafkaTopologyPromises(KafkaBackend kafka) : TopologyPromises(kafka);

public sealed class KafkaSuites
{
    [Fact]
    public void Binds_every_suite() => Assert.Empty(Suites.Unbound(typeof(KafkaBackend).Assembly));
}
