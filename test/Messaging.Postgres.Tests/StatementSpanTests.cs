using System.Diagnostics;
using Npgsql;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>What is asked of the server for somebody is a span by the statement's name, by the OpenTelemetry
/// conventions for databases, version 1.44.0.</summary>
public sealed class StatementSpanTests(PostgresServer server)
{
    private static readonly string[] s_old =
    [
        "db.system", "db.name", "db.statement", "db.operation", "db.user", "db.connection_string", "net.peer.name",
        "net.peer.port", "net.peer.ip", "net.transport",
    ];

    [Fact]
    public async Task Statements_of_a_recorded_trace_are_spans_by_name_and_others_are_none()
    {
        await using var db = await CreateAsync(server);
        var spans = new List<Activity>();
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = known => known.Name is "Npgsql" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> made) => made.Name == "dropped"
                ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans) spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await AskAsync(db);
        using (source.StartActivity("dropped")) await AskAsync(db);
        ActivityTraceId trace;
        using (var kept = source.StartActivity("kept"))
        {
            trace = kept!.TraceId;
            await AskAsync(db);
            await Assert.ThrowsAsync<PostgresException>(() =>
                db.Database.QueryAsync("select nothing from nowhere", [], row => 0, Stop));
        }
        lock (spans)
        {
            var own = spans.Where(span => span.Source.Name == "Npgsql" && span.TraceId == trace).ToList();
            Assert.Equal(
                ["INSERT msg_outbox", "SELECT msg_outbox", "SELECT nowhere"],
                own.Select(span => span.DisplayName).Distinct());
            Assert.All(own, span =>
            {
                Assert.Equal(ActivityKind.Client, span.Kind);
                Assert.Equal("postgresql", span.GetTagItem("db.system.name"));
                Assert.NotNull(span.GetTagItem("db.namespace"));
                Assert.NotNull(span.GetTagItem("server.address"));
                Assert.Equal(span.DisplayName, span.GetTagItem("db.query.summary"));
                Assert.Empty(span.TagObjects.Select(tag => tag.Key).Intersect(s_old));
            });
            var failed = own.Single(span => span.Status == ActivityStatusCode.Error);
            Assert.Equal("42P01", failed.GetTagItem("db.response.status_code"));
            Assert.NotNull(failed.GetTagItem("error.type"));
            Assert.DoesNotContain(spans, span => span.Parent?.OperationName == "dropped");
        }
    }

    private static async Task AskAsync(StoreUnderTest db)
    {
        await db.PublishAsync(Some.OutboxRow());
        await db.Database.QueryAsync(
            "select id from msg_outbox where shard = $1", [0], row => row.GetInt64(0), Stop);
    }
}
