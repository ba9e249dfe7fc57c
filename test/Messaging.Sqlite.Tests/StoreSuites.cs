using Tessera.Messaging.Conformance;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class SqliteSessions(SqliteBackend backend) : SessionPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqliteOutbox(SqliteBackend backend) : OutboxPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqliteInbox(SqliteBackend backend) : InboxPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqlitePark(SqliteBackend backend) : ParkPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqliteSchemas(SqliteBackend backend) : SchemaPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqliteTimers(SqliteBackend backend) : TimerPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqliteUnknown(SqliteBackend backend) : UnknownPromises(backend), IClassFixture<SqliteBackend>;

public sealed class SqliteLeases(SqliteBackend backend) : LeasePromises(backend), IClassFixture<SqliteBackend>;
