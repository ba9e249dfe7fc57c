using System.Text.Json;

namespace Tessera.ServiceDefaults;

/// <summary>The processes of the shop, as <c>src/Services/shop.json</c> lists them: their ports, what they publish,
/// what they read. Nothing else says so.</summary>
public static class Shop
{
    public const string GatewayName = "gateway";

    /// <summary>All of them, in the order of the list.</summary>
    public static IReadOnlyList<ShopService> All { get; } = Read("services");

    /// <summary>Those behind the gateway, by their names.</summary>
    public static IReadOnlyList<string> Services { get; } =
        [.. All.Select(service => service.Name).Where(name => name != GatewayName)];

    /// <summary>Those that keep data and have an interface for programs: not the gateway, not the pages.</summary>
    public static IReadOnlyList<string> Interfaces { get; } =
        [.. All.Where(service => service.Name != GatewayName && !service.IsApp).Select(service => service.Name)];

    /// <summary>Services in other languages, which a store may have beside them, and is whole without.</summary>
    public static IReadOnlyList<ShopService> Foreign { get; } = Read("foreign");

    /// <summary>Whom the gateway has routes to.</summary>
    public static IReadOnlyList<string> Routed { get; } = [.. Services, .. Foreign.Select(service => service.Name)];

    /// <summary>Also one in another language.</summary>
    public static ShopService? Find(string service) => All.Concat(Foreign)
        .FirstOrDefault(each => each.Name.Equals(service, StringComparison.OrdinalIgnoreCase));

    /// <summary>Who reads the stream. A broker that keeps queues must know it before the first event, when not every
    /// reader has run yet.</summary>
    public static IReadOnlyList<string> SubscribersOf(string stream) =>
        [.. All.Where(service => service.Reads.Contains(stream)).Select(service => service.Name)];

    private static ShopService[] Read(string list)
    {
        using var file = typeof(Shop).Assembly.GetManifestResourceStream("shop.json")!;
        using var document = JsonDocument.Parse(file);
        return [.. document.RootElement.GetProperty(list).EnumerateArray().Select(ShopService.From)];
    }
}

/// <summary>One process of the shop.</summary>
/// <param name="Name">In lower case, such as <c>orders</c>.</param>
/// <param name="Http1">Port for people, unless configuration says otherwise.</param>
/// <param name="Http2">Port for the gateway and other services; the gateway has none.</param>
/// <param name="Stream">What it publishes.</param>
/// <param name="Reads">The streams that it reads.</param>
/// <param name="IsApp">Whether it is pages for people.</param>
public sealed record ShopService(
    string Name, int Http1, int? Http2, string? Stream, IReadOnlyList<string> Reads, bool IsApp)
{
    internal static ShopService From(JsonElement entry) => new(
        entry.GetProperty("name").GetString()!.ToLowerInvariant(),
        entry.GetProperty("http1").GetInt32(),
        entry.TryGetProperty("http2", out var http2) ? http2.GetInt32() : null,
        entry.TryGetProperty("stream", out var stream) ? stream.GetString() : null,
        entry.TryGetProperty("reads", out var reads)
            ? [.. reads.EnumerateArray().Select(read => read.GetString()!)]
            : [],
        entry.TryGetProperty("app", out var app) && app.GetBoolean());
}
