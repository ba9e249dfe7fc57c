using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Tessera.Messaging.Conformance;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>What is asked of the file for somebody is a span by the statement's name, by the OpenTelemetry conventions
/// for databases, version 1.44.0.</summary>
public sealed class StatementSpanTests(SqliteBackend backend) : StoreSuite(backend), IClassFixture<SqliteBackend>
{
    private static readonly string[] s_known =
    [
        "db.system.name", "db.namespace", "db.query.summary", "db.query.text", "db.response.status_code", "error.type",
    ];

    [Fact]
    public async Task Statements_of_a_recorded_trace_are_spans_by_name_and_others_are_none()
    {
        var spans = new List<Activity>();
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = known => known.Name is "Tessera.Messaging.Sqlite" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> made) => made.Name == "dropped"
                ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans) spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await AskAsync();
        using (source.StartActivity("dropped")) await AskAsync();
        ActivityTraceId trace;
        using (var kept = source.StartActivity("kept"))
        {
            trace = kept!.TraceId;
            await AskAsync();
            await Assert.ThrowsAsync<SqliteException>(() =>
                Database.QueryAsync("select nothing from nowhere", [], row => 0, Stop));
        }
        lock (spans)
        {
            var own = spans.Where(span => span.Source.Name == "Tessera.Messaging.Sqlite").ToList();
            own.RemoveAll(span => span.TraceId != trace);
            Assert.Equal(
                ["INSERT msg_outbox", "SELECT msg_outbox", "SELECT nowhere"],
                own.Select(span => span.DisplayName).Distinct());
            Assert.All(own, span =>
            {
                Assert.Equal(ActivityKind.Client, span.Kind);
                Assert.Equal("sqlite", span.GetTagItem("db.system.name"));
                Assert.NotNull(span.GetTagItem("db.namespace"));
                Assert.Equal(span.DisplayName, span.GetTagItem("db.query.summary"));
                Assert.Empty(span.TagObjects.Select(tag => tag.Key).Except(s_known));
            });
            var failed = own.Single(span => span.Status == ActivityStatusCode.Error);
            Assert.Equal("1", failed.GetTagItem("error.type"));
            Assert.DoesNotContain(spans, span => span.Parent?.OperationName == "dropped");
        }
    }

    private async Task AskAsync()
    {
        await AppendAsync(Testing.Some.OutboxRow());
        await Database.QueryAsync("select id from msg_outbox where shard = $1", [0], row => row.GetInt64(0), Stop);
    }
}
