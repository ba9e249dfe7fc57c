using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tessera.Design;

/// <summary>The files that pages are made with, built into the assemblies. Their addresses change with what they hold,
/// so that a browser may keep them for good.</summary>
public static class DesignFiles
{
    private const string Kept = "public, max-age=31536000, immutable";
    private static readonly Dictionary<string, Asset> all = ReadAll(typeof(DesignFiles).Assembly);

    /// <summary>Where the application's pages stand in the store's address.</summary>
    public static string Root { get; set; } = "";

    /// <summary>The address of the file in a page.</summary>
    public static string Address(string name) => $"{Root}/assets/{name}?v={all[name].Version}";

    /// <summary>Adds the files below <c>Files/</c> of an application to those of the design.</summary>
    public static void Add(Assembly application)
    {
        foreach (var (name, asset) in ReadAll(application)) all[name] = asset;
    }

    public static bool Has(string name) => all.ContainsKey(name);

    public static void MapAssets(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/assets/{name}", Handle).AllowAnonymous();

    private static IResult Handle(string name, HttpContext context)
    {
        if (!all.TryGetValue(name, out var asset)) return Results.NotFound();
        context.Response.Headers.CacheControl = Kept;
        return Results.Bytes(asset.Bytes, asset.Type);
    }

    private static Dictionary<string, Asset> ReadAll(Assembly assembly) => assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("Files/", StringComparison.Ordinal))
        .ToDictionary(name => name["Files/".Length..], name => Read(assembly, name), StringComparer.Ordinal);

    private static Asset Read(Assembly assembly, string name)
    {
        using var file = assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        var content = bytes.ToArray();
        return new Asset(content, TypeOf(name), Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"{name}: what is a '{other}' for a browser?"),
    };

    private sealed record Asset(byte[] Bytes, string Type, string Version);
}
