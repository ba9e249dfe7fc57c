using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Tessera.Messaging.Store;

/// <summary>What a statement is called in traces: its operation and the table it is about, such as
/// <c>INSERT msg_outbox</c>. Never anything of its values.</summary>
public static partial class StatementName
{
    /// <summary>The longest name; the conventions ask for no more.</summary>
    public const int LengthMax = 255;

    /// <summary>Statements are constants, but for lists that some build: those beyond are read again each time.
    /// </summary>
    private const int KeptMax = 2_000;

    private static readonly ConcurrentDictionary<string, string> s_kept = new(StringComparer.Ordinal);

    /// <summary>Where it only reads and names no table, its first word.</summary>
    public static string Of(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (s_kept.TryGetValue(sql, out var known)) return known;
        var name = Read(sql);
        if (s_kept.Count < KeptMax) s_kept.TryAdd(sql, name);
        return name;
    }

    /// <summary>Of several that go together, each once, in their order.</summary>
    public static string Of(IEnumerable<string> statements)
    {
        var name = string.Join("; ", statements.Select(Of).Distinct(StringComparer.Ordinal));
        return name.Length <= LengthMax ? name : name[..LengthMax];
    }

    private static string Read(string sql)
    {
        // What is written says more than what is read for it.
        if (Write().Match(sql) is { Success: true } write)
        {
            var operation = write.Groups["insert"].Success ? "INSERT" : write.Groups["delete"].Success
                ? "DELETE" : "UPDATE";
            return Bounded($"{operation} {write.Groups["table"].Value}");
        }
        if (From().Match(sql) is { Success: true } from) return Bounded("SELECT " + from.Groups["table"].Value);
        return First().Match(sql) is { Success: true } first ? Bounded(first.Value.ToUpperInvariant()) : "SQL";
    }

    private static string Bounded(string name) => name.Length <= LengthMax ? name : name[..LengthMax];

    [GeneratedRegex(
        @"\b(?:(?<insert>insert\s+(?:or\s+\w+\s+)?into)|(?<delete>delete\s+from)|update)\s+(?:only\s+)?"
            + @"(?!set\b|of\b|skip\b|nowait\b)""?(?<table>[a-z_]\w*(?:\.\w+)?)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Write();

    [GeneratedRegex(
        @"\bfrom\s+(?:only\s+)?""?(?<table>[a-z_]\w*(?:\.\w+)?)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex From();

    [GeneratedRegex("[a-z]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex First();
}
