using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Scaffolding;

/// <summary>A <c>package.json</c> and its <c>package-lock.json</c> for another program: <c>npm ci</c> takes the two
/// only when they say the same, so that both are changed alike.</summary>
internal static class NodePackageFiles
{
    private static readonly JsonSerializerOptions _form = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n",
    };

    private static readonly string[] _needed = ["dependencies", "optionalDependencies", "peerDependencies"];

    public static void Rename(JsonObject package, JsonObject pinned, string name)
    {
        package["name"] = name;
        pinned["name"] = name;
        pinned["packages"]![""]!["name"] = name;
    }

    /// <summary>Takes out packages that are asked for, and what nobody needs then.</summary>
    public static void LeaveOut(JsonObject package, JsonObject pinned, IReadOnlyList<string> names)
    {
        var packages = pinned["packages"]!.AsObject();
        var top = packages[""]!.AsObject();
        foreach (var name in names)
        {
            foreach (var asks in new[] { package, top })
            {
                asks["dependencies"]!.AsObject().Remove(name);
                asks["devDependencies"]!.AsObject().Remove(name);
            }
        }
        var kept = Needed(packages);
        foreach (var path in packages.Select(each => each.Key).Where(path => !kept.Contains(path)).ToList())
            packages.Remove(path);
    }

    public static string Write(JsonNode node) => node.ToJsonString(_form) + "\n";

    private static HashSet<string> Needed(JsonObject packages)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal) { "" };
        var open = new Stack<string>(kept);
        while (open.TryPop(out var path))
        {
            IEnumerable<string> kinds = path.Length == 0 ? [.. _needed, "devDependencies"] : _needed;
            var names = kinds.SelectMany(kind => packages[path]![kind]?.AsObject().Select(each => each.Key) ?? []);
            foreach (var found in names.Select(name => Find(packages, path, name)))
            {
                if (found is not null && kept.Add(found)) open.Push(found);
            }
        }
        return kept;
    }

    /// <summary>As Node looks for it: beside the package, then further out. None when it is for other systems, or its
    /// user does without.</summary>
    private static string? Find(JsonObject packages, string from, string name)
    {
        const string folder = "node_modules/";
        while (true)
        {
            var candidate = (from.Length == 0 ? "" : from + "/") + folder + name;
            if (packages.ContainsKey(candidate)) return candidate;
            if (from.Length == 0) return null;
            var above = from.LastIndexOf("/" + folder, StringComparison.Ordinal);
            from = above < 0 ? "" : from[..above];
        }
    }
}
