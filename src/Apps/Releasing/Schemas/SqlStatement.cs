using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Tessera.Releasing.Schemas;

/// <summary>One statement of a schema file: small letters, single spaces, without comments and without what stands in
/// quotes.</summary>
/// <param name="Text">Such as <c>alter table orders add column note text null</c>.</param>
internal sealed partial record SqlStatement(string Text)
{
    /// <summary>The statements of a file, in order.</summary>
    public static IReadOnlyList<SqlStatement> All(string sql) =>
    [
        .. Ignored().Replace(sql, found => found.Value[0] == '-' || found.Value[0] == '/' ? " " : "''")
            .Split(';')
            .Select(text => new SqlStatement(Space().Replace(
                text.Replace("\"", "", StringComparison.Ordinal), " ").Trim().ToLowerInvariant()))
            .Where(statement => statement.Text.Length > 0),
    ];

    /// <summary>Tells what a file does, whatever its comments say and however its lines are broken.</summary>
    public static string DigestOf(string sql)
    {
        var bare = Space().Replace(
            Ignored().Replace(sql, found => found.Value[0] is '-' or '/' ? " " : found.Value), " ").Trim();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bare)))[..32];
    }

    // Comments, texts and the bodies of functions: what stands in them is no statement.
    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", RegexOptions.Singleline)]
    private static partial Regex Ignored();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
