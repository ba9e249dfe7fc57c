using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Tessera.Releasing.Schemas;

/// <summary>One statement of a schema file: small letters, single spaces, without comments and without what stands in
/// quotes; a quoted name is one word.</summary>
/// <param name="Text">Such as <c>alter table orders add column note text null</c>.</param>
internal sealed partial record SqlStatement(string Text)
{
    /// <summary>The statements of a file, in order.</summary>
    public static IReadOnlyList<SqlStatement> All(string sql) =>
    [
        .. Ignored().Replace(sql, found =>
                IsComment(found) ? " " : found.Groups["name"] is { Success: true } name ? WordOf(name.Value) : "''")
            .Split(';')
            .Select(text => new SqlStatement(
                Dot().Replace(Space().Replace(text, " "), ".").Trim().ToLowerInvariant()))
            .Where(statement => statement.Text.Length > 0),
    ];

    /// <summary>Tells what a file does, whatever its comments say and however its lines are broken.</summary>
    public static string DigestOf(string sql)
    {
        var bare = Space().Replace(
            Ignored().Replace(sql, found => IsComment(found) ? " " : found.Value), " ").Trim();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bare)))[..32];
    }

    private static bool IsComment(Match found) => found.Value[0] is '-' or '/';

    /// <summary>A name that needs its quotes, <c>"default"</c> or <c>"Two words"</c>, is another one than the same
    /// letters without them, and no word of the language.</summary>
    private static string WordOf(string name) =>
        Plain().IsMatch(name) ? name : Odd().Replace(name, odd => $"_{(int)odd.Value[0]:x}_") + "_quoted";

    // Comments, those of PostgreSQL with others in them, texts and the bodies of functions: what stands in them is no
    // statement. And quoted names, in which a mark of those would be none.
    [GeneratedRegex("""
        --[^\n]*
        |/\*(?>[^*/]+|/(?!\*)|\*(?!/)|(?<deep>/\*)|(?<-deep>\*/))*(?(deep)(?!))\*/
        |/\*.*?\*/
        |(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'
        |'(?:[^']|'')*'
        |(?<![\w$])\$(?<tag>(?:[A-Za-z_]\w*)?)\$.*?\$\k<tag>\$
        |"(?<name>(?:[^"]|"")+)"
        |`(?<name>[^`]+)`
        |(?<!\w)\[(?<name>[A-Za-z_][^\]]*)\]
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Ignored();

    [GeneratedRegex("^(?!(?:column|constraint|check|unique|foreign|primary|exclude|default|expression|identity|to|on|"
        + "only|set|concurrently|using|from|join|select)\\z)[a-z_][a-z0-9_]*\\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\W")]
    private static partial Regex Odd();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    // PostgreSQL takes a name as public . orders, too.
    [GeneratedRegex(@"(?<=\w) ?\. ?(?=[A-Za-z_])")]
    private static partial Regex Dot();
}
