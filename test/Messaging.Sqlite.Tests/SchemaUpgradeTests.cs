using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>Databases of earlier versions go on with what is in them.</summary>
public sealed class SchemaUpgradeTests : IDisposable
{
    private const string NextStep = "ALTER TABLE msg_timers ADD COLUMN note TEXT NOT NULL DEFAULT 'none'";

    private const string Applied = "SELECT version FROM msg_schema UNION ALL SELECT version FROM msg_schema_added";

    private readonly TemporaryFolder _folder = new("schema");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_version_is_upgraded_to_the_next_and_keeps_its_rows()
    {
        string[] steps = [.. SqliteSchema.Steps, NextStep];
        for (var from = 1; from < steps.Length; from++)
        {
            using var link = Open($"from-{from}.db");
            SqliteSchema.Upgrade(link, steps[..from]);
            link.Execute(
                "INSERT INTO msg_timers (id, type, key, due, data) " +
                "VALUES ('a', 'stock-overdue', 'order-1', 0, x'7b7d')");
            SqliteSchema.Upgrade(link, steps);
            Assert.Equal(
                [("order-1", "none")],
                link.Query("SELECT key, note FROM msg_timers", [], row => (row.GetString(0), row.GetString(1))));
            Assert.Equal(steps.Length, link.QueryNumber($"SELECT COUNT(*) FROM ({Applied})"));
        }
    }

    [Fact]
    public void The_version_before_goes_on_with_what_the_next_one_has_added_to()
    {
        using var link = Open("added.db");
        SqliteSchema.Upgrade(link, [.. SqliteSchema.Steps, NextStep]);
        SqliteSchema.Upgrade(link);
        link.Execute(
            "INSERT INTO msg_timers (id, type, key, due, data) VALUES ('a', 'stock-overdue', 'order-1', 0, x'7b7d')");
        Assert.Equal(SqliteSchema.Steps.Count + 1, link.QueryNumber($"SELECT MAX(version) FROM ({Applied})"));
    }

    /// <summary>Builds of release 1.0.0 refuse whatever is above that.</summary>
    [Fact]
    public void The_first_release_finds_no_higher_version_than_its_own_where_it_looks()
    {
        using var link = Open("released.db");
        SqliteSchema.Upgrade(link);
        Assert.Equal(3, link.QueryNumber("SELECT MAX(version) FROM msg_schema"));
        link.Execute("INSERT INTO msg_schema VALUES (9)"); // As builds since then have written it.
        SqliteSchema.Upgrade(link);
        Assert.Equal(3, link.QueryNumber("SELECT MAX(version) FROM msg_schema"));
        Assert.Equal(9, link.QueryNumber($"SELECT MAX(version) FROM ({Applied})"));
    }

    [Fact]
    public void The_version_before_refuses_what_the_next_one_says_it_cannot_work_with()
    {
        using var link = Open("newer.db");
        SqliteSchema.Upgrade(link, [.. SqliteSchema.Steps, NextStep]);
        link.Execute("CREATE TABLE msg_schema_oldest (version INTEGER NOT NULL)");
        link.Execute("INSERT INTO msg_schema_oldest VALUES ($1)", SqliteSchema.Steps.Count);
        SqliteSchema.Upgrade(link);
        link.Execute("INSERT INTO msg_schema_oldest VALUES ($1)", SqliteSchema.Steps.Count + 1);
        var refusal = Assert.Throws<InvalidOperationException>(() => SqliteSchema.Upgrade(link));
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
    }

    private SqliteLink Open(string file) =>
        SqliteLink.Open(_folder.File(file), busyTimeoutMilliseconds: 1000, statementsMax: 16);
}
