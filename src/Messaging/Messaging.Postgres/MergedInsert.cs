using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Tessera.Messaging.Postgres;

/// <summary>
/// Rows of one insert statement that run as one: <c>values ($1, 'x')</c> becomes
/// <c>select r.p1, 'x' from unnest($1) r(p1)</c>, with an array per parameter. A statement costs the server and the
/// client more than a row does.
/// </summary>
/// <remarks>
/// Only plain statements are understood: a list of columns, then of parameters and simple literals, then perhaps
/// <c>on conflict … do nothing</c>. Others, and rows whose values have no one type, run one by one.
/// </remarks>
internal sealed partial class MergedInsert(string sql)
{
    private static readonly ConcurrentDictionary<(string, int), string?> Texts = new();

    private readonly List<object?[]> _rows = [];

    public static bool Understands(string sql, int parameters) => TextOf(sql, parameters) is not null;

    public void Add(object?[] row) => _rows.Add(row);

    /// <summary>The commands that insert the rows, in the order in which they were added.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        if (_rows.Count > 1 && Columns() is { } columns) return [columns];
        return _rows.Select(row =>
        {
            var command = new NpgsqlBatchCommand(sql);
            Parameters.AddAll(command.Parameters, row);
            return command;
        });
    }

    private NpgsqlBatchCommand? Columns()
    {
        var command = new NpgsqlBatchCommand(TextOf(sql, _rows[0].Length)!);
        for (var i = 0; i < _rows[0].Length; i++)
        {
            var values = new object?[_rows.Count];
            for (var row = 0; row < values.Length; row++) values[row] = _rows[row][i];
            if (Parameters.ArrayOf(values) is not { } column) return null;
            command.Parameters.Add(column);
        }
        return command;
    }

    private static string? TextOf(string sql, int parameters)
    {
        if (Texts.TryGetValue((sql, parameters), out var known)) return known;
        var text = Rewrite(sql, parameters);
        // As for the guards: texts made at run time must not fill the memory.
        return Texts.Count < 1000 ? Texts.GetOrAdd((sql, parameters), text) : text;
    }

    private static string? Rewrite(string sql, int parameters)
    {
        var plain = Plain().Match(sql);
        if (!plain.Success || parameters == 0) return null;
        var values = plain.Groups["values"].Value.Split(',', StringSplitOptions.TrimEntries);
        if (!values.All(value => Value().IsMatch(value))) return null;
        var used = values.Where(value => value[0] == '$').ToHashSet(StringComparer.Ordinal);
        var names = Enumerable.Range(1, parameters)
            .Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (!used.SetEquals(names.Select(name => "$" + name))) return null;
        return new StringBuilder(plain.Groups["into"].Value)
            .Append(" select ")
            .AppendJoin(", ", values.Select(value => value[0] == '$' ? string.Concat("r.p", value.AsSpan(1)) : value))
            .Append(" from unnest(").AppendJoin(", ", names.Select(name => "$" + name))
            .Append(") r(").AppendJoin(", ", names.Select(name => "p" + name)).Append(") ")
            .Append(plain.Groups["conflict"].Value)
            .ToString().TrimEnd();
    }

    [GeneratedRegex("""
        ^\s*(?<into>insert\s+into\s+[\w."]+\s*\([\w\s,"]*\))\s*values\s*\((?<values>[^()]*)\)
        \s*(?<conflict>on\s+conflict\s*(\([\w\s,"]*\)\s*)?do\s+nothing)?\s*;?\s*\z
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(\$[1-9]\d*|'[^'$\\]*'|-?\d+(\.\d+)?|null|true|false)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Value();
}
