using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tessera.AppHost;

/// <summary>The processes of the store as resources, as <c>src/Services/shop.json</c> lists them.</summary>
public static class StoreModel
{
    /// <summary>Port of the gateway, 8080 unless set; the others keep their distance from it.</summary>
    public const string PortKey = "Store:Port";

    /// <summary>Where databases, keys and the event log are; <c>.tessera-aspire</c> in the repository unless set.
    /// </summary>
    public const string DataKey = "Store:Data";

    public const string GatewayName = "gateway";

    private const int UsualPort = 8080;

    public static void AddTo(IDistributedApplicationBuilder builder)
    {
        var root = FindRoot(builder.AppHostDirectory);
        var port = int.Parse(
            builder.Configuration[PortKey] ?? UsualPort.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
        var data = Path.GetFullPath(builder.Configuration[DataKey] ?? Path.Combine(root, ".tessera-aspire"));
        var pagesSecret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var processes = Listed().Select(each => each.Moved(port - UsualPort)).ToList();
        foreach (var process in processes)
        {
            var program = ProgramOf(process.Project);
            var resource = builder.AddExecutable(process.Name, "dotnet", Path.GetDirectoryName(program)!, program)
                .WithOtlpExporter()
                .WithEnvironment("Tessera__DataDirectory", data)
                .WithEnvironment("Tessera__PublicUrl", string.Create(
                    CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"))
                .WithEnvironment("Listen__Http1", Address(process.Http1))
                .WithEnvironment("Listen__Http2", process.Http2 is { } own ? Address(own) : "none")
                // The process listens there itself: nothing stands between.
                .WithHttpEndpoint(process.Http1, name: "http", isProxied: false)
                .WithHttpHealthCheck("/health/ready", endpointName: "http");
            foreach (var other in processes.Where(each => each.Http2 is not null))
                resource.WithEnvironment($"Services__{other.Project}", $"http://{Address(other.Http2!.Value)}");
            if (process.Name is GatewayName or "web" or "ops")
                resource.WithEnvironment("Tessera__PagesSecret", pagesSecret);
            if (process.Name == GatewayName) resource.WithExternalHttpEndpoints();
        }
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>What was built with this: a resource that is a project would be built by each start, nine at a time
    /// and all of them the same libraries.</summary>
    private static string ProgramOf(string project)
    {
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(
            here, "..", "..", project, Path.GetFileName(here), $"Tessera.{project}.dll"));
    }

    private static string FindRoot(string from)
    {
        for (var at = new DirectoryInfo(from); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Tessera.slnx"))) return at.FullName;
        throw new InvalidOperationException($"There is no Tessera.slnx above {from}.");
    }

    private static List<Listed> Listed()
    {
        using var list = typeof(StoreModel).Assembly.GetManifestResourceStream("shop.json")!;
        using var document = JsonDocument.Parse(list);
        return [.. document.RootElement.GetProperty("services").EnumerateArray().Select(service => new Listed(
            service.GetProperty("name").GetString()!,
            service.GetProperty("http1").GetInt32(),
            service.TryGetProperty("http2", out var http2) ? http2.GetInt32() : null))];
    }
}

/// <summary>One process of the list.</summary>
internal sealed record Listed(string Project, int Http1, int? Http2)
{
    public string Name => Project.ToLowerInvariant();

    public Listed Moved(int by) => this with { Http1 = Http1 + by, Http2 = Http2 + by };
}
