using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tessera.Users.Pages.Parts;

/// <summary>The files that the pages are made with. Their addresses change with what they hold, so that a browser may
/// keep them.</summary>
internal static class StyleSheet
{
    public const string Path = "/account/style/{name}";

    private const string Kept = "public, max-age=31536000, immutable";

    private static readonly Dictionary<string, (byte[] Bytes, string Type)> files = new(StringComparer.Ordinal)
    {
        ["account.css"] = (Read("account.css"), "text/css; charset=utf-8"),
        ["passkeys.js"] = (Read("passkeys.js"), "text/javascript; charset=utf-8"),
        ["mark.svg"] = (Read("mark.svg"), "image/svg+xml"),
    };

    public static string Address { get; } = AddressOf("account.css");

    public static string PasskeyScript { get; } = AddressOf("passkeys.js");

    public static string IconAddress { get; } = AddressOf("mark.svg");

    public static Results<FileContentHttpResult, NotFound> Handle(string name, HttpContext context)
    {
        if (!files.TryGetValue(name, out var file)) return TypedResults.NotFound();
        context.Response.Headers.CacheControl = Kept;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.File(file.Bytes, file.Type);
    }

    private static string AddressOf(string name) =>
        $"/account/style/{name}?v={Convert.ToHexStringLower(SHA256.HashData(files[name].Bytes))[..12]}";

    private static byte[] Read(string name)
    {
        using var file = typeof(StyleSheet).Assembly.GetManifestResourceStream($"Tessera.Users.Pages.Parts.{name}")
            ?? throw new InvalidOperationException($"{name} is not built in.");
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}
