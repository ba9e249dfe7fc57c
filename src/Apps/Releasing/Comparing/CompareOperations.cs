using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tessera.Releasing.Comparing;

/// <summary>The operations of an OpenAPI document, now and in a release.</summary>
internal sealed partial class CompareOperations(JsonObject before, JsonObject now)
{
    private const string Way = "offer a new operation beside this one";
    private static readonly string[] _verbs = ["get", "put", "post", "delete", "patch", "head", "options"];
    private readonly List<Breach> _breaches = [];

    /// <param name="mayGo">Whether an operation that is gone was given up in order.</param>
    public static IEnumerable<Breach> Breaches(JsonObject before, JsonObject now, Func<string, bool> mayGo)
    {
        var compare = new CompareOperations(before, now);
        var operations = Operations(now);
        foreach (var (key, then) in Operations(before))
        {
            if (operations.TryGetValue(key, out var after)) compare.Compare(then, after);
            else if (!mayGo(key))
            {
                compare.Add("operation-removed", then.Name,
                    "is gone, and clients call it; keep it, and mark it deprecated for at least one release before");
            }
        }
        return compare._breaches;
    }

    /// <summary>By method and path, as <c>POST /orders</c>; names of path parameters say nothing to clients.</summary>
    public static IReadOnlyDictionary<string, Operation> Operations(JsonObject document) =>
        (document["paths"]?.AsObject() ?? [])
        .SelectMany(path => path.Value!.AsObject().Where(each => _verbs.Contains(each.Key)).Select(each =>
            new Operation($"{each.Key.ToUpperInvariant()} {path.Key}", each.Value!.AsObject())))
        .ToDictionary(each => Placeholder().Replace(each.Name, "{}"));

    private void Compare(Operation operationBefore, Operation operation)
    {
        var (name, then, after) = (operation.Name, operationBefore.Told, operation.Told);
        CompareAccess(name, then, after);
        CompareParameters(operationBefore, operation);
        CompareBody(name, then, after);
        foreach (var (status, response) in then["responses"]?.AsObject() ?? [])
        {
            var where = $"{name} {status}";
            if (after["responses"]?[status] is { } still) CompareContent(where, Direction.Response, response!, still);
            else if (status[0] == '2')
                Add("status-removed", where,
                    $"is answered no more, and clients wait for it; answer as before, or {Way}");
        }
    }

    private void CompareAccess(string name, JsonObject then, JsonObject after)
    {
        if (then["security"] is null && after["security"] is not null)
            Add("token-required", name, $"needs a token now, and clients call it without; {Way}");
        var (was, needs) = (then["x-scope"]?.ToString(), after["x-scope"]?.ToString());
        if (needs is not null && needs != was)
            Add("scope-added", name, $"needs the scope {needs} now, which clients' tokens lack; take "
                + $"{was ?? "every token"} as before, or {Way}");
    }

    private void CompareParameters(Operation then, Operation after)
    {
        var (known, asked, name) = (then.Parameters(), after.Parameters(), after.Name);
        foreach (var (key, parameter) in asked)
        {
            var where = $"{name} {key}";
            var isRequired = parameter["required"]?.GetValue<bool>() == true;
            if (!known.TryGetValue(key, out var was))
            {
                if (isRequired)
                {
                    Add("required-added", where,
                        $"is new and required, and clients do not send it; give it a default, or {Way}");
                }
                continue;
            }
            if (isRequired && was["required"]?.GetValue<bool>() != true)
                Add("became-required", where,
                    $"is required now, and clients may not send it; give it a default, or {Way}");
            CompareSchemas(where, Direction.Request, was["schema"], parameter["schema"]);
        }
        foreach (var key in known.Keys.Except(asked.Keys).Where(key => key[..5] != "path "))
        {
            Add("parameter-removed", $"{name} {key}",
                $"is read no more, and clients count on what it does; go on reading it, or {Way}");
        }
    }

    private void CompareBody(string name, JsonObject then, JsonObject after)
    {
        var (was, becomes) = (then["requestBody"], after["requestBody"]);
        if (becomes?["required"]?.GetValue<bool>() == true && was?["required"]?.GetValue<bool>() != true)
            Add("became-required", $"{name} body",
                $"is required now, and clients may send none; take none as before, or {Way}");
        if (was is not null && becomes is null)
            Add("request-body-removed", $"{name} body",
                $"is read no more, and clients count on what it does; go on reading it, or {Way}");
        if (was is not null && becomes is not null) CompareContent($"{name} body", Direction.Request, was, becomes);
    }

    private void CompareContent(string where, Direction direction, JsonNode then, JsonNode after)
    {
        foreach (var (type, content) in then["content"]?.AsObject() ?? [])
        {
            if (after["content"]?[type] is { } still)
                CompareSchemas(where, direction, content?["schema"], still["schema"]);
            else
            {
                Add("media-type-removed", where,
                    $"is {type} no more, which clients speak; go on speaking it, or {Way}");
            }
        }
    }

    private void CompareSchemas(string where, Direction direction, JsonNode? then, JsonNode? after)
    {
        if (then is not JsonObject was || after is not JsonObject becomes) return;
        new CompareShapes(direction, _breaches).Compare(where + " ", Shape.Of(before, was), Shape.Of(now, becomes));
    }

    private void Add(string rule, string where, string sentence) =>
        _breaches.Add(new Breach(rule, where, sentence + "."));

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();

    /// <param name="Name">Such as <c>GET /orders/{id}</c>.</param>
    /// <param name="Told">What the document says of it.</param>
    public sealed record Operation(string Name, JsonObject Told)
    {
        /// <summary>Those of the path by their place in it: their names say nothing to clients.</summary>
        public Dictionary<string, JsonObject> Parameters() =>
            (Told["parameters"]?.AsArray() ?? []).Select(each => each!.AsObject()).ToDictionary(each =>
                $"{each["in"]}" == "path" ? $"path {PlaceOf($"{each["name"]}")}" : $"{each["in"]} {each["name"]}");

        private int PlaceOf(string parameter)
        {
            var at = Name.IndexOf($"{{{parameter}}}", StringComparison.Ordinal);
            return Name[..Math.Max(0, at)].Count(each => each == '{') + 1;
        }
    }
}
