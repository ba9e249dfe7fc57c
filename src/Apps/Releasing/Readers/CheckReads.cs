using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;

namespace Tessera.Releasing.Readers;

/// <summary>Whether a reader's statements are about the events that it handles, each of them, and whether it ignores
/// what it does not know in them.</summary>
internal static class CheckReads
{
    /// <param name="used">The members that the reader's code reads, as <see cref="UsedMembers"/> finds them.</param>
    public static IEnumerable<string> Faults(
        string reader, JsonObject description, IReadOnlyList<ReaderStatement> statements, IReadOnlySet<string> used)
    {
        var members = description["reads"]!.AsArray()
            .ToDictionary(each => each!["type"]!.GetValue<string>(), each => each!["members"]!.AsObject());
        var handled = description["reads"]!.AsArray()
            .ToDictionary(each => each!["type"]!.GetValue<string>(), each => each!["schema"]!.AsObject());
        foreach (var type in handled.Keys.Except(statements.Select(each => each.Type)))
            yield return $"{reader} handles {type}: say in contracts/{reader}/reads.json what it uses of it.";
        foreach (var statement in statements)
        {
            if (!handled.TryGetValue(statement.Type, out var schema))
            {
                yield return $"contracts/{reader}/reads.json names {statement.Type}, which {reader} does not handle: "
                    + "take it out.";
                continue;
            }
            var shape = Shape.Of(schema, schema);
            foreach (var path in statement.Members.Keys.Where(path => shape.At(path) is null))
                yield return $"contracts/{reader}/reads.json names {path} of {statement.Type}, which the reader's own "
                    + "record has not.";
        }
        foreach (var statement in statements.Where(each => members.ContainsKey(each.Type)))
        {
            foreach (var fault in Untrue(statement, members[statement.Type], used)) yield return fault;
        }
        foreach (var each in description["reads"]!.AsArray().Where(each => !each!["ignoresUnknown"]!.GetValue<bool>()))
        {
            yield return $"{reader} refuses what it does not know in {each!["type"]}: readers of events ignore it, or "
                + $"no "
                + "publisher could add a member.";
        }
    }

    /// <summary>A statement is what the code does: nothing more, nothing less.</summary>
    private static IEnumerable<string> Untrue(
        ReaderStatement statement, JsonObject members, IReadOnlySet<string> used)
    {
        foreach (var (path, member) in members)
        {
            var (isUsed, isStated) = (used.Contains(member!.GetValue<string>()), statement.Members.ContainsKey(path));
            if (isUsed && !isStated)
            {
                yield return $"{statement.Reader} uses {path} of {statement.Type} and does not say so in "
                    + $"contracts/{statement.Reader}/reads.json.";
            }
            if (isStated && !isUsed)
            {
                yield return $"contracts/{statement.Reader}/reads.json names {path} of {statement.Type}, which "
                    + $"{statement.Reader} does not use: take it out.";
            }
        }
    }
}
