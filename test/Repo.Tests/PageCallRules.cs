using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>What the pages ask of the store must stand in the approved OpenAPI document of a service: the path, the
/// method, the query, what is sent and what is made of the answer. The compiler sees the types, but neither the paths
/// nor which type belongs to which.</summary>
internal static partial class PageCallRules
{
    /// <summary>A call as the code has it. What is not written out there, but computed, is null.</summary>
    /// <param name="Path">Without the query; a segment that is computed is <c>{}</c>.</param>
    internal sealed record Call(
        string Answer, string? Method, string? Path, IReadOnlyList<string> Query, string? Request)
    {
        public override string ToString() => $"{Method ?? "?"} {Path} of {Answer}";
    }

    /// <param name="Answers">The schemas of its good answers; "" is an answer without a body.</param>
    internal sealed record Operation(
        string Method, string[] Segments, IReadOnlyList<string> Query, string? Request, IReadOnlyList<string> Answers);

    public static IEnumerable<Call> CallsIn(string code)
    {
        foreach (Match match in CallOf().Matches(code))
        {
            var words = match.Groups["words"].Value;
            var method = match.Groups["get"].Success ? "get" : Group(MethodOf().Match(words))?.ToLowerInvariant();
            var address = Computed().Replace(Group(AddressOf().Match(words)) ?? "", "{}");
            var at = address.IndexOf('?', StringComparison.Ordinal);
            yield return new Call(
                match.Groups["type"].Value, method, address.Length == 0 ? null : at < 0 ? address : address[..at],
                [.. QueryName().Matches(at < 0 ? "" : address[at..]).Select(name => name.Groups[1].Value)],
                Group(RequestOf().Match(words)));
        }
    }

    public static IEnumerable<Operation> OperationsOf(JsonElement document)
    {
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(each => each.Name != "parameters"))
            {
                yield return new Operation(
                    operation.Name, SegmentsOf(path.Name),
                    [.. ParametersOf(operation.Value).Concat(ParametersOf(path.Value))],
                    operation.Value.TryGetProperty("requestBody", out var body) ? SchemaOf(body) : null,
                    [.. operation.Value.GetProperty("responses").EnumerateObject()
                        .Where(answer => answer.Name.StartsWith('2')).Select(answer => SchemaOf(answer.Value) ?? "")]);
            }
        }
    }

    /// <param name="where">Where the fault is told.</param>
    public static IEnumerable<string> Violations(
        string where, IEnumerable<Call> calls, IReadOnlyList<Operation> operations)
    {
        foreach (var call in calls.Where(call => call.Path is not null && call.Answer != "T"))
        {
            var there = operations.Where(operation => Fits(call, operation)).ToList();
            if (there.Count == 0) yield return $"{where} asks {call}: no service has such an operation.";
            else if (!there.Exists(operation => Gives(operation, call.Answer)))
            {
                yield return $"{where} asks {call}: what is answered is "
                    + $"{string.Join(" or ", there.SelectMany(operation => operation.Answers))}.";
            }
            else if (call.Request is not null && !there.Exists(operation => operation.Request == call.Request))
            {
                yield return $"{where} sends {call.Request} with {call}: what is taken is "
                    + $"{string.Join(" or ", there.Select(operation => operation.Request ?? "nothing"))}.";
            }
            foreach (var name in call.Query.Where(name => !there.Exists(operation => operation.Query.Contains(name))))
                yield return $"{where} asks {call} with ?{name}=: the operation does not know it.";
        }
    }

    private static bool Fits(Call call, Operation operation)
    {
        var asked = SegmentsOf(call.Path!);
        // At the gateway, what each service has is reached by the service's name.
        if (asked is ["services", "{}", .. var own]) asked = own;
        return (call.Method is null || call.Method == operation.Method) && asked.Length == operation.Segments.Length
            && asked.Zip(operation.Segments).All(pair =>
                pair.First == pair.Second || pair.First.Contains("{}", StringComparison.Ordinal)
                || pair.Second == "{}");
    }

    private static bool Gives(Operation operation, string answer) =>
        answer == "Done" || operation.Answers.Contains(answer);

    private static string[] SegmentsOf(string path) =>
        Computed().Replace(path, "{}").Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> ParametersOf(JsonElement of) =>
        of.TryGetProperty("parameters", out var all)
            ? all.EnumerateArray().Where(each => each.GetProperty("in").GetString() == "query")
                .Select(each => each.GetProperty("name").GetString()!)
            : [];

    private static string? SchemaOf(JsonElement body)
    {
        if (!body.TryGetProperty("content", out var content)
            || !content.TryGetProperty("application/json", out var json)) return null;
        var schema = json.GetProperty("schema");
        // A body that may be left out is one of two: nothing, or this.
        if (schema.TryGetProperty("oneOf", out var either)) schema = either.EnumerateArray().Last();
        return schema.TryGetProperty("$ref", out var name) ? name.GetString()!.Split('/')[^1] : null;
    }

    private static string? Group(Match match) => match.Success ? match.Groups[1].Value : null;

    /// <summary>Up to the end of the statement; the declarations of these methods are none.</summary>
    [GeneratedRegex(
        @"\b(?:SendAsync|(?<get>GetAsync|GetAnswerAsync|AskAsync))<(?<type>\w+)>"
        + @"\((?!HttpMethod method|string path)(?<words>[^;]*)")]
    private static partial Regex CallOf();

    [GeneratedRegex(@"HttpMethod\.(\w+)")]
    private static partial Regex MethodOf();

    [GeneratedRegex("""
        "(/[^"]*)"
        """)]
    private static partial Regex AddressOf();

    [GeneratedRegex(@"\{[^{}]*\}?")]
    private static partial Regex Computed();

    [GeneratedRegex(@"[?&](\w+)=")]
    private static partial Regex QueryName();

    [GeneratedRegex(@"\bnew (\w+Request)\(")]
    private static partial Regex RequestOf();
}
