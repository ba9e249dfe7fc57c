using Tessera.Messaging.Conformance;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class EmbeddedSending(EmbeddedBackend backend) : SendingPromises(backend), IClassFixture<EmbeddedBackend>;

public sealed class EmbeddedDelivery(EmbeddedBackend backend)
    : DeliveryPromises(backend), IClassFixture<EmbeddedBackend>;

public sealed class EmbeddedSharing(EmbeddedBackend backend) : SharingPromises(backend), IClassFixture<EmbeddedBackend>;

public sealed class EmbeddedTopology(EmbeddedBackend backend)
    : TopologyPromises(backend), IClassFixture<EmbeddedBackend>;

public sealed class EmbeddedBroadcast(EmbeddedBackend backend)
    : BroadcastPromises(backend), IClassFixture<EmbeddedBackend>;

public sealed class EmbeddedInspection(EmbeddedBackend backend)
    : InspectionPromises(backend), IClassFixture<EmbeddedBackend>;

public sealed class EmbeddedOutage(EmbeddedBackend backend) : OutagePromises(backend), IClassFixture<EmbeddedBackend>;
