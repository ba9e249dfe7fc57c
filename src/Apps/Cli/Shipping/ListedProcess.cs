using System.Text.Json;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>A process of the shop, as far as who ships it must know it.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Internal">Port for the gateway and other services; a gateway's own, for metrics.</param>
/// <param name="HasServers">Whether it keeps data, and so needs a database and the broker.</param>
/// <param name="Calls">Whom it asks over HTTP.</param>
/// <param name="HasFiles">Whether its replicas share a folder.</param>
/// <param name="ReachesOutside">Whether it sends requests to hosts that are nobody's of the shop.</param>
/// <param name="IsForeign">Whether it is written in another language, and so built and migrated in its own way.</param>
internal sealed record ListedProcess(
    string Name, string Project, int Http1, int Internal, bool IsApp, bool HasServers, IReadOnlyList<string> Calls,
    bool HasFiles, bool ReachesOutside, bool IsForeign = false)
{
    public const string GatewayName = "gateway";
    private const string KeyServer = "users";

    /// <summary>Brings foreign services the events of the embedded broker, which containers have not.</summary>
    private const string Bringer = "webhooks";

    public bool IsGateway => Name == GatewayName;

    /// <summary>Whether it is given any secret.</summary>
    public bool HasSecrets => HasServers || IsApp;

    /// <summary>Whether a Job brings its tables up to date; a foreign service does that itself at its start.</summary>
    public bool HasMigration => HasServers && !IsForeign;

    /// <summary>At which of its ports the caller asks it: foreign services speak HTTP/1.1, as people do.</summary>
    public int PortFor(ListedProcess caller) => IsGateway || caller.IsForeign ? Http1 : Internal;

    /// <summary>Of its project, below the source tree's root.</summary>
    public string Folder => Path.Combine("src", IsApp ? "Apps" : "Services", Project);

    /// <summary>Its own, which its image is tagged with.</summary>
    public string Version => IsForeign
        ? VersionOfPackage(File.ReadAllText(Path.Combine(SourceTree.Root, Folder, "package.json")))
        : File.ReadAllText(Path.Combine(SourceTree.Root, Folder, "version.txt")).Trim();

    /// <summary>All of them, in the order of the shop's list, those in other languages last.</summary>
    public static IReadOnlyList<ListedProcess> All() => Read(File.ReadAllText(SourceTree.ShopList));

    /// <summary>Those that the SDK makes images of.</summary>
    public static IReadOnlyList<ListedProcess> Own() => [.. All().Where(process => !process.IsForeign)];

    internal static IReadOnlyList<ListedProcess> Read(string list)
    {
        using var document = JsonDocument.Parse(list);
        var services = document.RootElement.GetProperty("services").EnumerateArray().ToList();
        var foreign = document.RootElement.TryGetProperty("foreign", out var others)
            ? others.EnumerateArray().ToList() : [];
        var names = services.Concat(foreign).Select(NameOf).ToList();
        return
        [
            .. services.Select(service => From(service, names)),
            .. foreign.Select(service => From(service, names)).Select(each => each with
            {
                IsForeign = true, Calls = [.. each.Calls.Where(called => called != Bringer)],
            }),
        ];
    }

    private static string VersionOfPackage(string package)
    {
        using var document = JsonDocument.Parse(package);
        return document.RootElement.GetProperty("version").GetString()!;
    }

    private static string NameOf(JsonElement service) => service.GetProperty("name").GetString()!.ToLowerInvariant();

    private static ListedProcess From(JsonElement service, IReadOnlyList<string> all)
    {
        var name = NameOf(service);
        var isApp = Is(service, "app");
        var http1 = service.GetProperty("http1").GetInt32();
        return new ListedProcess(
            name, service.GetProperty("name").GetString()!, http1,
            service.TryGetProperty("http2", out var http2) ? http2.GetInt32() : http1 + 1000,
            isApp, !isApp && name != GatewayName, CalledBy(service, name, isApp, all), Is(service, "files"),
            Is(service, "outside"));
    }

    /// <summary>The gateway asks everybody, pages ask the gateway, and the others ask Users for its keys.</summary>
    private static IReadOnlyList<string> CalledBy(
        JsonElement service, string name, bool isApp, IReadOnlyList<string> all)
    {
        if (name == GatewayName) return [.. all.Where(each => each != name)];
        if (isApp) return [GatewayName];
        var listed = service.TryGetProperty("calls", out var calls)
            ? calls.EnumerateArray().Select(call => call.GetString()!)
            : [];
        return [.. listed.Append(KeyServer).Where(each => each != name).Distinct()];
    }

    private static bool Is(JsonElement service, string mark) =>
        service.TryGetProperty(mark, out var value) && value.GetBoolean();
}
