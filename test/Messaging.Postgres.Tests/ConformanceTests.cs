using Tessera.Messaging.Conformance;
using Xunit;

namespace Tessera.Messaging.Postgres.Tests;

public sealed class PostgresInbox(PostgresBackend backend) : InboxPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresLeases(PostgresBackend backend) : LeasePromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresOutbox(PostgresBackend backend) : OutboxPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresPark(PostgresBackend backend) : ParkPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresSchemas(PostgresBackend backend) : SchemaPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresSessions(PostgresBackend backend)
    : SessionPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresTimers(PostgresBackend backend) : TimerPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PostgresUnknown(PostgresBackend backend)
    : UnknownPromises(backend), IClassFixture<PostgresBackend>;

public sealed class PooledInbox(PooledBackend backend) : InboxPromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledLeases(PooledBackend backend) : LeasePromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledOutbox(PooledBackend backend) : OutboxPromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledPark(PooledBackend backend) : ParkPromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledSchemas(PooledBackend backend) : SchemaPromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledSessions(PooledBackend backend) : SessionPromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledTimers(PooledBackend backend) : TimerPromises(backend), IClassFixture<PooledBackend>;

public sealed class PooledUnknown(PooledBackend backend) : UnknownPromises(backend), IClassFixture<PooledBackend>;

public sealed class SuiteTests
{
    [Fact]
    public void Binds_every_suite() => Assert.Empty(Suites.Unbound(typeof(SuiteTests).Assembly));
}
