using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>In a regular expression <c>$</c> also fits before a line break at the end: <c>^[A-Z]+$</c> takes "TEA\n".
/// The end is <c>\z</c>. Not so in the attribute [RegularExpression], which wants the whole text, and whose pattern
/// stands in the OpenAPI document, where <c>\z</c> means nothing.</summary>
internal static partial class PatternRules
{
    public static IEnumerable<string> Violations(string path, string code) =>
        from call in Pattern().Matches(code)
        where EndsInDollar().IsMatch(call.Value) && !call.Value.Contains("Multiline", StringComparison.Ordinal)
        select $"{path} ends a pattern with $, which lets a line break pass; use \\z: {call.Value.Split('\n')[0]}";

    [GeneratedRegex(
        @"\[GeneratedRegex\(.*?partial Regex|(?:new Regex|\bRegex\.[A-Z]\w+)\([^\n]*", RegexOptions.Singleline)]
    private static partial Regex Pattern();

    // A $ before the quotes is the end of the pattern; after white space, a bracket or @ it begins a string.
    [GeneratedRegex("""(?<=[^\s(@,\\])\$\)*"|\$\s*"{3}""")]
    private static partial Regex EndsInDollar();
}
