using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessera.Gateway;

/// <summary>One route as <c>routes.json</c> has it; the schema beside that file says what each member means.</summary>
internal sealed record RouteEntry(
    string? Path, string? Service, string? Policy,
    string? Under = null, IReadOnlyList<string>? Methods = null, string? Limit = null, TimeSpan? Timeout = null,
    string? Retry = null, RouteVersion? Version = null,
    int? Rate = null, TimeSpan? Cache = null, bool Compress = false,
    int? BodySizeBytesMax = null)
{
    public const string Anyone = "anonymous";
    public const string EachService = "*";
    public const string SignIn = "sign-in";

    /// <summary>The value of <c>retry</c>, and the mark of such a route.</summary>
    public const string RetryKeyed = "keyed";

    /// <summary>Marks of routes with a rate of their own, with answers that are kept, and with compressed ones.
    /// </summary>
    public const string RateMark = "rate";
    public const string CacheMark = "cache";
    public const string CompressMark = "compress";

    /// <summary>Mark of a route that takes larger bodies than others.</summary>
    public const string BodyMark = "body";

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, // A misspelt member would be a route without it.
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The methods that the route takes; none means all. Who may read may ask what he would get.</summary>
    public IReadOnlyList<string>? TakenMethods =>
        Methods is { } some && some.Contains("GET") ? [.. some.Union(["HEAD"])] : Methods;

    /// <summary>How messages name it.</summary>
    public string Name => $"{(Methods is null ? "*" : string.Join(',', Methods))} {Path}";

    /// <exception cref="JsonException">It is no list of routes.</exception>
    public static (IReadOnlyList<RouteEntry> Routes, IReadOnlyList<Canary> Canaries) ParseAll(
        ReadOnlySpan<byte> file, bool hasCanariesAlone = false)
    {
        var list = JsonSerializer.Deserialize<RouteList>(file, json);
        if (hasCanariesAlone != list?.Routes is null or { Count: 0 })
            throw new JsonException(hasCanariesAlone ? "it is for canaries, and lists routes." : "it lists no routes.");
        return (
            [.. (list?.Routes ?? []).Select(route => route ?? throw new JsonException("one of its routes is null."))],
            [.. (list?.Canaries ?? []).Select(one => one ?? throw new JsonException("one of its canaries is null."))]);
    }

    private sealed record RouteList(
        [property: JsonPropertyName("$schema")] string? Schema, IReadOnlyList<RouteEntry?>? Routes,
        IReadOnlyList<Canary?>? Canaries = null);
}

/// <summary>What the answers of a route say of its end.</summary>
internal sealed record RouteVersion(DateOnly? Deprecated, DateOnly? Sunset = null, string? Link = null);
