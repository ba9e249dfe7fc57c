global using static Tessera.Messaging.Kafka.Tests.TestStop;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

internal static class TestStop
{
    /// <summary>Fires when the running test is cancelled.</summary>
    public static CancellationToken Stop => TestContext.Current.CancellationToken;
}
