using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>What the documents name exists: paths, and types and members by their identifier.</summary>
internal static partial class DocumentRules
{
    /// <summary>What the documents say of other people's libraries that no source file of ours calls.</summary>
    private static readonly string[] Foreign = ["EnableRetryOnFailure", "ExecuteDeleteAsync", "ExecuteUpdateAsync"];

    private static readonly Lazy<HashSet<string>> Identifiers = new(() =>
        [.. Repository.Files(".cs").SelectMany(
            path => Identifier().Matches(Repository.Read(path)).Select(match => match.Value))]);

    public static IEnumerable<string> Documents => Repository.Files(".md");

    public static IEnumerable<string> Violations(string path, string markdown)
    {
        var prose = Fence().Replace(markdown, "");
        foreach (Match match in Code().Matches(prose))
        {
            var token = match.Groups[1].Value.TrimEnd('/');
            if (IsPath().IsMatch(token) && !Exists(token))
            {
                yield return $"{path} names the path {token}, which does not exist.";
            }
            else if (IsIdentifier().IsMatch(token)
                && !token.Split('.').All(part => Foreign.Contains(part) || Identifiers.Value.Contains(part)))
            {
                yield return $"{path} names {token}, which no source file knows.";
            }
        }
        foreach (Match match in Link().Matches(prose))
        {
            var target = match.Groups[1].Value;
            var folder = Path.GetDirectoryName(path) ?? "";
            if (!Exists(Path.Combine(folder, target))) yield return $"{path} links to {target}, which does not exist.";
        }
    }

    private static bool Exists(string path)
    {
        var whole = Path.Combine(Repository.Root, path);
        return File.Exists(whole) || Directory.Exists(whole);
    }

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(((?!https?:|#|mailto:)[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    /// <summary>A path is what begins in one of the repository's folders and holds no placeholder.</summary>
    [GeneratedRegex(@"^(?:src|test|docs|bench|samples|deploy|\.ci)/[\w./-]*\z")]
    private static partial Regex IsPath();

    /// <summary>Two capitals at least, so that plain words, states of other systems and acronyms
    /// stay out of it.</summary>
    [GeneratedRegex(@"^[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+(?:\.[A-Z][A-Za-z0-9]*)*\z")]
    private static partial Regex IsIdentifier();

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]*\b")]
    private static partial Regex Identifier();
}
