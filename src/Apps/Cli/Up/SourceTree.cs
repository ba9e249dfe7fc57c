using System.Text.Json;

namespace Tessera.Cli.Up;

/// <summary>The repository that the command belongs to.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    /// <summary>The projects that are processes, as the shop's list has them, the gateway last.</summary>
    public static IReadOnlyList<string> Services() => ListedServices(ShopList);

    /// <summary>Those of them that keep data: neither the gateway nor pages for people.</summary>
    public static IReadOnlyList<string> Interfaces() => Listed(ShopList, service =>
        NameOf(service) != "Gateway" && !(service.TryGetProperty("app", out var app) && app.GetBoolean()));

    /// <summary>Of the services' names, those that keep data, each once.</summary>
    public static IReadOnlyList<string> WithData(IEnumerable<string> services) =>
        [.. services.Intersect(Interfaces().Select(name => name.ToLowerInvariant()), StringComparer.Ordinal)];

    /// <summary>Services in other languages, which the store is whole without.</summary>
    public static IReadOnlyList<ForeignService> Foreign() =>
        [.. Listed(ShopList, _ => true, "foreign").Select(name => new ForeignService(name))];

    public static string ShopList => Path.Combine(Root, "src", "Services", "shop.json");

    internal static IReadOnlyList<string> ListedServices(string file) => Listed(file, _ => true);

    private static IReadOnlyList<string> Listed(
        string file, Func<JsonElement, bool> isWanted, string which = "services")
    {
        try
        {
            using var list = JsonDocument.Parse(File.ReadAllBytes(file));
            return [.. list.RootElement.GetProperty(which).EnumerateArray()
                .Where(isWanted).Select(NameOf)
                .OrderBy(name => name == "Gateway" ? 1 : 0)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException
            or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserError($"{file}, the list of services, cannot be read: {unreadable.Message}");
        }
    }

    private static string NameOf(JsonElement service) => service.GetProperty("name").GetString()!;

    public static string BinaryOf(string project) => BinaryOf(Root, project);

    /// <summary>What to run for the project: what was compiled ahead, unless a later build has outdated it.</summary>
    public static string BinaryOf(string root, string project)
    {
        var built = Path.Combine(root, "artifacts", "bin", project, "release");
        var ahead = Path.Combine(root, "artifacts", "ahead", project);
        return Path.Combine(IsOutdated(ahead, built) ? built : ahead, $"Tessera.{project}.dll");
    }

    private static bool IsOutdated(string ahead, string built) =>
        !Directory.Exists(ahead) || !Directory.Exists(built)
        || Directory.EnumerateFiles(built).Any(file =>
            File.GetLastWriteTimeUtc(file) > File.GetLastWriteTimeUtc(Path.Combine(ahead, Path.GetFileName(file))));

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("TESSERA_ROOT") is { Length: > 0 } given) return given;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Tessera.slnx"))) return at.FullName;
        }
        throw new UserError(
            "This command belongs to a Tessera repository and was found outside one. Run ./tessera there.");
    }
}
