using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>
/// Has the server check how many rows a queued statement touched, where the check and the commit share a round trip: on
/// a mismatch the statement goes on to put the counts, which are no number, into <c>msg_row_guard</c>. That fails with
/// the counts in its message (a constraint's detail would be hidden by the client), and the transaction with it.
/// </summary>
internal static partial class RowGuard
{
    private const string Mark = "msg_row_guard";

    private static readonly ConcurrentDictionary<string, string> Wrapped = new(StringComparer.Ordinal);

    /// <summary>The statement with its check. The expected count is the parameter after its own.</summary>
    /// <exception cref="ArgumentException">The statement is not a plain insert, update or delete.</exception>
    public static string Wrap(string sql, int parameters)
    {
        if (Wrapped.TryGetValue(sql, out var known)) return known;
        var statement = sql.Trim().TrimEnd(';');
        if (!Modifies().IsMatch(statement) || Returning().IsMatch(statement))
        {
            throw new ArgumentException(
                $"Rows can be expected of an insert, update or delete without RETURNING, not of: {sql}", nameof(sql));
        }
        var expected = "$" + (parameters + 1).ToString(CultureInfo.InvariantCulture);
        var wrapped =
            $"with touched as ({statement} returning 1), counted as (select count(*) as actual from touched) " +
            $"insert into msg_row_guard (refused) select ('{Mark} ' || actual || '/' || {expected})::bigint " +
            $"from counted where actual <> {expected}";
        // Statements are texts of the program, a few hundred at most; text made at run time must not fill the memory.
        return Wrapped.Count < 1000 ? Wrapped.GetOrAdd(sql, wrapped) : wrapped;
    }

    /// <summary>Whether the statement may answer with rows that a reader of the batch would meet.</summary>
    public static bool MayReturnRows(string sql) => !Modifies().IsMatch(sql) || Returning().IsMatch(sql);

    /// <summary>The seam's exception for a refusal of the guard; every other failure as it is.</summary>
    public static Exception Translate(Exception failure)
    {
        if (failure is not PostgresException { SqlState: PostgresErrorCodes.InvalidTextRepresentation } refused)
        {
            return failure;
        }
        var counts = Counts().Match(refused.MessageText);
        return counts.Success
            ? new UnexpectedRowsException(OriginalOf(refused.BatchCommand?.CommandText ?? ""), Number(2), Number(1))
            : failure;

        int Number(int group) => int.Parse(counts.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static string OriginalOf(string wrapped) =>
        Wrapped.FirstOrDefault(pair => pair.Value == wrapped).Key ?? wrapped;

    [GeneratedRegex(@"^\s*(insert|update|delete)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Modifies();

    [GeneratedRegex(@"\breturning\b", RegexOptions.IgnoreCase)]
    private static partial Regex Returning();

    [GeneratedRegex(Mark + @" (\d+)/(\d+)")]
    private static partial Regex Counts();
}
