using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Tests.Shipping;

/// <summary>A registry in memory, with what can be different between registries.</summary>
internal sealed class FakeRegistry : HttpMessageHandler
{
    public const string Host = "registry.test";
    public const string Storage = "storage.test";
    public const string Realm = "https://tokens.test/token";

    public Dictionary<string, byte[]> Blobs { get; } = [];

    /// <summary>By tag and by digest.</summary>
    public Dictionary<string, (string Type, byte[] Content)> Manifests { get; } = [];

    /// <summary>Whether it keeps the list of what refers to what.</summary>
    public bool KeepsReferrers { get; init; }

    /// <summary>Such as <c>tea:secret</c>; nobody is asked without.</summary>
    public string? Password { get; init; }

    /// <summary>How it asks.</summary>
    public string Scheme { get; init; } = "Bearer";

    /// <summary>What the other host asks whoever uploads to it; null: nothing.</summary>
    public string? StorageAsks { get; init; }

    /// <summary>Who was told what: host and the header.</summary>
    public List<(string Host, string? Authorization)> Told { get; } = [];

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public string Push(string tag, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        Manifests[tag] = Manifests[DigestOf(content)] = ("application/vnd.oci.image.manifest.v1+json", content);
        return DigestOf(content);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var (host, header) = (request.RequestUri!.Host, request.Headers.Authorization);
        Told.Add((host, header?.ToString()));
        var answer = request.RequestUri.AbsoluteUri.StartsWith(Realm, StringComparison.Ordinal)
            ? Token(request.RequestUri, header)
            : host == Host && Challenge(request, header) is { } challenge
                ? Refuse(challenge)
                : host == Storage && StorageAsks is not null ? Refuse(StorageAsks)
                : await ServeAsync(request, stop);
        answer.RequestMessage = request;
        return answer;
    }

    private string? Challenge(HttpRequestMessage request, AuthenticationHeaderValue? header)
    {
        if (Password is null) return null;
        var scope = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head ? "pull" : "pull,push";
        if (Scheme == "Basic") return header is { Scheme: "Basic" } && IsRight(header) ? null : "Basic realm=\"x\"";
        // As registries do, one for more does for less.
        return header is { Scheme: "Bearer" } && header.Parameter!.StartsWith($"repository:shop/tea:{scope}",
            StringComparison.Ordinal)
            ? null
            : $"Bearer realm=\"{Realm}\",service=\"{Host}\",scope=\"repository:shop/tea:{scope}\"";
    }

    private static HttpResponseMessage Refuse(string challenge)
    {
        var refusal = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        refusal.Headers.WwwAuthenticate.ParseAdd(challenge);
        return refusal;
    }

    private HttpResponseMessage Token(Uri asked, AuthenticationHeaderValue? header)
    {
        if (header is null || !IsRight(header)) return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        var scope = asked.Query.Split('&', '?').Single(each => each.StartsWith("scope=", StringComparison.Ordinal));
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent($$"""{ "token": "{{Uri.UnescapeDataString(scope["scope=".Length..])}}" }"""),
        };
    }

    private bool IsRight(AuthenticationHeaderValue header) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter!)) == Password;

    private async Task<HttpResponseMessage> ServeAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var content = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(stop);
        var path = request.RequestUri!.AbsolutePath;
        var reference = path[(path.LastIndexOf('/') + 1)..];
        switch (request.Method.Method, path.Split('/')[^2])
        {
            case ("HEAD", "blobs"):
                return new HttpResponseMessage(
                    Blobs.ContainsKey(reference) ? HttpStatusCode.OK : HttpStatusCode.NotFound);
            case ("GET", "blobs"):
                return Blobs.TryGetValue(reference, out var blob)
                    ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(blob) }
                    : new HttpResponseMessage(HttpStatusCode.NotFound);
            case ("POST", "uploads"):
                var begun = new HttpResponseMessage(HttpStatusCode.Accepted);
                begun.Headers.Location = new Uri($"https://{Storage}/put/one?state=a%3Db");
                return begun;
            case ("PUT", "put"):
                var digest = Uri.UnescapeDataString(request.RequestUri.Query.Split("&digest=")[1]);
                if (digest != DigestOf(content)) return new HttpResponseMessage(HttpStatusCode.BadRequest);
                Blobs[digest] = content;
                return new HttpResponseMessage(HttpStatusCode.Created);
            case ("GET", "manifests"):
                if (!Manifests.TryGetValue(reference, out var known))
                    return new HttpResponseMessage(HttpStatusCode.NotFound);
                var manifest = new ByteArrayContent(known.Content);
                manifest.Headers.ContentType = new MediaTypeHeaderValue(known.Type);
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = manifest };
            case ("GET", "referrers"):
                return KeepsReferrers ? ReferrersOf(reference) : new HttpResponseMessage(HttpStatusCode.NotFound);
            case ("PUT", "manifests"):
                return Keep(reference, request.Content!.Headers.ContentType!.MediaType!, content);
            default:
                return new HttpResponseMessage(HttpStatusCode.MethodNotAllowed);
        }
    }

    private HttpResponseMessage ReferrersOf(string image)
    {
        var entries = Manifests.Where(each => each.Key.StartsWith("sha256:", StringComparison.Ordinal))
            .Select(each => (each.Key, Json: JsonNode.Parse(each.Value.Content)!))
            .Where(each => (string?)each.Json["subject"]?["digest"] == image)
            .Select(each => new JsonObject
            {
                ["digest"] = each.Key, ["artifactType"] = (string?)each.Json["artifactType"],
            });
        var index = new JsonObject { ["manifests"] = new JsonArray([.. entries]) };
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(index.ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.oci.image.index.v1+json");
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    /// <summary>What names something that is not there is refused, as registries do.</summary>
    private HttpResponseMessage Keep(string reference, string type, byte[] content)
    {
        var manifest = JsonNode.Parse(content)!;
        var parts = (manifest["layers"]?.AsArray() ?? []).Append(manifest["config"]).OfType<JsonNode>();
        var inner = manifest["manifests"]?.AsArray().OfType<JsonNode>() ?? [];
        if (!parts.All(part => Blobs.ContainsKey((string)part["digest"]!))
            || !inner.All(part => Manifests.ContainsKey((string)part["digest"]!))
            || (reference.StartsWith("sha256:", StringComparison.Ordinal) && reference != DigestOf(content)))
            return new HttpResponseMessage(HttpStatusCode.BadRequest);
        Manifests[reference] = Manifests[DigestOf(content)] = (type, content);
        var kept = new HttpResponseMessage(HttpStatusCode.Created);
        if (KeepsReferrers && manifest["subject"] is { } subject)
            kept.Headers.Add("OCI-Subject", (string)subject["digest"]!);
        return kept;
    }
}
