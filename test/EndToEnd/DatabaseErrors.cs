using System.Text.RegularExpressions;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What PostgreSQL wrote into its log as an error of a statement.</summary>
internal static partial class DatabaseErrors
{
    /// <summary>Each error with the lines that explain it. Without statements that were cancelled: who asked is gone
    /// (killed together with its request), or vacuum made way for somebody; neither is a fault of the statement.
    /// </summary>
    public static List<string> In(IEnumerable<string> lines)
    {
        var errors = new List<string>();
        var skipped = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (LogLine().Match(line) is not { Success: true } match) continue;
            var (process, severity) = (match.Groups["process"].Value, match.Groups["severity"].Value);
            if (severity == "ERROR")
            {
                skipped.Remove(process);
                if (Cancelled().IsMatch(match.Groups["text"].Value)) skipped.Add(process);
                else errors.Add(line);
            }
            else if (severity is "DETAIL" or "CONTEXT" or "STATEMENT" && errors.Count > 0 && !skipped.Contains(process))
            {
                errors.Add(line);
            }
        }
        return errors;
    }

    [GeneratedRegex(@"\[(?<process>[0-9]+)\] (?<severity>[A-Z]+):  (?<text>.*)")]
    private static partial Regex LogLine();

    [GeneratedRegex(@"^canceling (?:statement due to user request|autovacuum task)\z")]
    private static partial Regex Cancelled();
}

public sealed class DatabaseErrorsTests
{
    [Fact]
    public void Tells_an_error_with_its_statement_but_not_what_was_cancelled()
    {
        string[] log =
        [
            "2026-11-27 21:49:25.100 UTC [7] LOG:  checkpoint starting: time",
            "2026-11-27 21:49:25.654 UTC [8] ERROR:  canceling statement due to user request",
            "2026-11-27 21:49:25.654 UTC [8] STATEMENT:  select 1",
            "2026-11-27 21:49:25.700 UTC [9] ERROR:  canceling autovacuum task",
            "2026-11-27 21:49:25.700 UTC [9] CONTEXT:  while scanning relation \"public.orders\"",
            "2026-11-27 21:49:26.000 UTC [8] ERROR:  duplicate key value violates unique constraint \"orders_pkey\"",
            "2026-11-27 21:49:26.000 UTC [8] DETAIL:  Key (id)=(1) already exists.",
            "2026-11-27 21:49:26.000 UTC [8] STATEMENT:  insert into orders",
            "\t\tvalues (1)",
            "2026-11-27 21:49:27.000 UTC [8] ERROR:  canceling statement due to lock timeout",
        ];
        Assert.Equal([log[5], log[6], log[7], log[9]], DatabaseErrors.In(log));
    }
}
