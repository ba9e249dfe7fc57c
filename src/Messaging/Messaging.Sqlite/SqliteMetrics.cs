using System.Diagnostics.Metrics;

namespace Tessera.Messaging.Sqlite;

/// <summary>How busy the one writer of a service's file is. PostgreSQL's pools tell the like by themselves.</summary>
internal static class SqliteMetrics
{
    private static readonly Meter Meter = new("Tessera.Messaging.Sqlite");

    public static void Watch(SqliteWriter writer, string file)
    {
        var database = new KeyValuePair<string, object?>("db.namespace", Path.GetFileNameWithoutExtension(file));
        Meter.CreateObservableGauge(
            "tessera.sqlite.transactions.waiting", () => new Measurement<int>(writer.Waiting, database),
            "{transaction}", "Transactions of this process that wait for their turn to write.");
    }
}
