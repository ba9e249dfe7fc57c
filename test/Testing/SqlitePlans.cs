using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Tessera.Messaging.Store;

namespace Tessera.Testing;

/// <summary>How SQLite goes about the statements of some work: those that walk along a whole table are found by its own
/// word, however few rows there are now.</summary>
public static partial class SqlitePlans
{
    /// <summary>Statements of the work that read a whole table, with their plans. To walk along an order and to stop at
    /// a limit is no such.</summary>
    public static async Task<IReadOnlyList<string>> WalksAsync(IDatabase database, Func<Task> work)
    {
        var statements = await StatementsAsync(work);
        if (statements.Count == 0) throw new InvalidOperationException("The work asks the database nothing.");
        var tables = await database.QueryAsync(
            "select name from sqlite_master where type = 'table'", [], row => row.GetString(0), default);
        var walks = new List<string>();
        foreach (var sql in statements)
        {
            var values = new object?[Parameter().Matches(sql).Select(match => match.Value).Distinct().Count()];
            var plan = await database.QueryAsync("explain query plan " + sql, values, row => row.GetString(3), default);
            if (IsWalk(sql, plan, tables)) walks.Add($"{sql}\n  {string.Join("\n  ", plan)}");
        }
        return walks;
    }

    private static bool IsWalk(string sql, List<string> plan, List<string> tables)
    {
        var scanned = plan.Select(step => Scan().Match(step)).Where(match => match.Success)
            .Any(match => tables.Contains(match.Groups[1].Value));
        var sorts = plan.Exists(step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        return scanned && (sorts || !sql.Contains("limit", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>As the library's spans tell them.</summary>
    private static async Task<IReadOnlyCollection<string>> StatementsAsync(Func<Task> work)
    {
        var statements = new ConcurrentDictionary<string, bool>();
        using var source = new ActivitySource("Tessera.Testing.SqlitePlans");
        ActivityTraceId trace = default;
        using var listener = new ActivityListener
        {
            ShouldListenTo = known => known.Name == source.Name || known.Name == "Tessera.Messaging.Sqlite",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == trace && span.GetTagItem("db.query.text") is string sql) statements[sql] = true;
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var watched = source.StartActivity("watched");
        trace = watched!.TraceId;
        await work();
        return [.. statements.Keys];
    }

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^SCAN (\w+)")]
    private static partial Regex Scan();
}
