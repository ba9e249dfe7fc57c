using System.Text.RegularExpressions;
using Tessera.Releasing.Comparing;

namespace Tessera.Releasing.Schemas;

/// <summary>Whether programs of the version before can go on while each step of a schema is taken, and after
/// it.</summary>
public static partial class CheckSchema
{
    /// <summary>A reason is a sentence, not a word.</summary>
    private const int ReasonLengthMin = 20;

    /// <param name="files">All steps, in order.</param>
    /// <param name="released">The digests of the files of the newest release, by name; null when there is none.</param>
    public static IEnumerable<Breach> Breaches(
        IReadOnlyList<SchemaFile> files, IReadOnlyDictionary<string, string>? released = null)
    {
        foreach (var (name, digest) in released ?? new Dictionary<string, string>())
        {
            var file = files.FirstOrDefault(each => each.Name == name);
            if (file is null)
                yield return new Breach("released-file", name,
                    "was released and is gone; bring it back, new databases need it.");
            else if (file.Digest != digest)
                yield return new Breach("released-file", file.Path, "was released and does something else now; "
                    + "databases that have run it will not run it again: write a further file.");
        }
        // What no release had when a step was written, nobody of the version before works with.
        var unreleased = new HashSet<string>(StringComparer.Ordinal);
        var earlier = new List<(string? Engine, string Name)>();
        foreach (var file in files)
        {
            var made = new HashSet<string>(unreleased, StringComparer.Ordinal);
            var there = earlier.Where(each => each.Engine is null || file.Engine is null || each.Engine == file.Engine)
                .Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var breach in OfOne(file, made, there)) yield return breach;
            earlier.AddRange(SqlStatement.All(file.Sql)
                .SelectMany(statement => NamesIn(Create().Match(statement.Text)))
                .Select(name => (file.Engine, name)));
            if (released?.ContainsKey(file.Name) == false) unreleased = made;
        }
    }

    /// <param name="made">What nobody uses yet; what the file makes is added.</param>
    /// <param name="there">What earlier files have made.</param>
    private static List<Breach> OfOne(SchemaFile file, HashSet<string> made, HashSet<string> there)
    {
        var needed = new List<(SchemaRule Rule, string Statement)>();
        foreach (var statement in SqlStatement.All(file.Sql))
        {
            foreach (var rule in SchemaRule.All.Where(rule => !(rule.PostgresOnly && file.Engine == "sqlite")))
            {
                if (!NamesIn(rule.Pattern.Match(statement.Text)).All(made.Contains))
                    needed.Add((rule, statement.Text));
            }
            // What is made only where it is missing is not new where an earlier file has made it.
            var isOwn = !statement.Text.Contains(" if not exists ", StringComparison.Ordinal);
            made.UnionWith(NamesIn(Create().Match(statement.Text)).Where(own => isOwn || !there.Contains(own)));
        }
        var breaches = new List<Breach>();
        foreach (var same in needed.GroupBy(each => each.Rule).Where(each => !file.Accepted.ContainsKey(each.Key.Name)))
        {
            var more = same.Count() > 1 ? $" and {same.Count() - 1} more" : "";
            breaches.Add(new Breach(same.Key.Name, file.Path,
                $"\"{Short(same.First().Statement)}\"{more}: {same.Key.Because}. Instead, {same.Key.TwoSteps}; "
                + $"or write why it does no harm here: -- accepts {same.Key.Name}: …"));
        }
        if (!file.IsOutsideTransaction
            && SqlStatement.All(file.Sql).Any(each => each.Text.Contains(" concurrently ", StringComparison.Ordinal)))
        {
            breaches.Add(new Breach("concurrently-in-transaction", file.Path,
                "says concurrently, which no transaction may: give it a file of its own that begins with "
                + $"{SchemaFile.Outside}."));
        }
        foreach (var (rule, reason) in file.Accepted)
        {
            if (needed.All(each => each.Rule.Name != rule))
                breaches.Add(new Breach("accepts-nothing", file.Path,
                    $"accepts {rule}, which nothing in it needs; take the line out."));
            else if (reason.Length < ReasonLengthMin)
                breaches.Add(new Breach("accepts-without-reason", file.Path,
                    $"accepts {rule} and says no reason; write a sentence."));
        }
        return breaches;
    }

    /// <summary>Each table of which the statement says what was looked for: none where it does not.</summary>
    private static IEnumerable<string> NamesIn(Match found) =>
        found.Groups.Cast<Group>().Skip(1).SelectMany(group => group.Captures).Select(name => name.Value);

    private static string Short(string text) => text.Length <= 90 ? text : text[..89] + "…";

    /// <summary>A table or an index that the file makes: nobody uses it yet.</summary>
    [GeneratedRegex(@"^create (?:virtual |unlogged )?table (?:if not exists )?([\w.]+)|"
        + @"^create (?:unique )?index (?:concurrently )?(?:if not exists )?(?!on )(\w+)")]
    private static partial Regex Create();
}
