using System.Text.Json;

namespace Tessera.EndToEnd;

/// <summary>The processes of a store, by the one list that all of Tessera is made from.</summary>
internal static class ListedProcesses
{
    public static IReadOnlyList<string> Names { get; } = Read(_ => true);

    /// <summary>Those that send or take events.</summary>
    public static IReadOnlyList<string> WithMessages { get; } = Read(
        each => each.TryGetProperty("stream", out _) || each.TryGetProperty("reads", out _));

    /// <summary>Those that take events, by name.</summary>
    public static IReadOnlyList<string> Reading { get; } =
    [
        .. Read(each => each.TryGetProperty("reads", out var reads) && reads.GetArrayLength() > 0)
            .Order(StringComparer.Ordinal),
    ];

    private static List<string> Read(Func<JsonElement, bool> isMeant)
    {
        using var list = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Command.Root, "src", "Services", "shop.json")));
        return [.. list.RootElement.GetProperty("services").EnumerateArray().Where(isMeant)
            .Select(each => each.GetProperty("name").GetString()!.ToLowerInvariant())];
    }
}
