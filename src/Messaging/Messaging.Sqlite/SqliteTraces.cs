using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Spans by the OpenTelemetry conventions for databases, version 1.44.0: each statement that is run for
/// somebody whose trace is kept, by its name. What the library looks for by itself, again and again, has none.
/// </summary>
internal static class SqliteTraces
{
    private static readonly ActivitySource s_source = new("Tessera.Messaging.Sqlite");

    public static Activity? Start(string sql, SqliteConnection connection)
    {
        if (Activity.Current is not { Recorded: true } || !s_source.HasListeners()) return null;
        if (sql.StartsWith("PRAGMA", StringComparison.Ordinal)) return null; // A setting, and no question.
        var name = StatementName.Of(sql);
        var span = s_source.StartActivity(name, ActivityKind.Client);
        return span?.SetTag("db.system.name", "sqlite")
            .SetTag("db.namespace", Path.GetFileNameWithoutExtension(connection.DataSource))
            .SetTag("db.query.summary", name)
            .SetTag("db.query.text", sql); // Statements are constants: their values travel as parameters.
    }

    /// <summary>Never catches: it only notes what passes by.</summary>
    public static bool Failed(Activity? span, SqliteException failure)
    {
        var code = failure.SqliteExtendedErrorCode.ToString(CultureInfo.InvariantCulture);
        span?.SetTag("db.response.status_code", code).SetTag("error.type", code).SetStatus(ActivityStatusCode.Error);
        return false;
    }
}
