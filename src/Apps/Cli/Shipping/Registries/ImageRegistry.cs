using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Shipping.Registries;

/// <summary>One repository of a registry, as far as the OCI distribution specification is needed to lay something
/// beside an image.</summary>
internal sealed class ImageRegistry(HttpClient http, Uri registry, string repository)
{
    private static readonly string[] _manifests =
    [
        MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, MediaTypes.DockerList,
    ];

    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(2);

    /// <param name="host"><c>HOST:PORT</c>.</param>
    /// <param name="isInsecure">Whether it has no TLS; else those have none that the SDK is told of.</param>
    public static ImageRegistry At(string host, string repository, bool isInsecure = false)
    {
        var scheme = isInsecure || SaysInsecure(host) ? "http" : "https";
        var registry = new Uri($"{scheme}://{host}/");
        var signIn = new RegistrySignIn(registry, RegistryPasswords.Of(host))
        {
            InnerHandler = new SocketsHttpHandler(),
        };
        return new ImageRegistry(new HttpClient(signIn) { Timeout = _timeout }, registry, repository);
    }

    /// <exception cref="UserError">There is none.</exception>
    public async Task<Described> DescribeAsync(string reference, CancellationToken stop) =>
        await FindAsync(reference, stop)
        ?? throw new UserError($"{registry.Authority}/{repository} has no {reference}.");

    /// <summary>A manifest or an index by tag or digest.</summary>
    public Task<Described?> FindAsync(string reference, CancellationToken stop) =>
        FindAsync(Manifest(reference), stop);

    /// <summary>What refers to an image; null where the registry keeps no list of it.</summary>
    public Task<Described?> FindReferrersAsync(string digest, CancellationToken stop) =>
        FindAsync(At("referrers/" + digest), stop);

    private async Task<Described?> FindAsync(Uri address, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var type in _manifests) request.Headers.Accept.ParseAdd(type);
        using var answer = await SendAsync(request, stop);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        await RequireAsync(answer, stop);
        return new Described(
            answer.Content.Headers.ContentType!.MediaType!, await answer.Content.ReadAsByteArrayAsync(stop));
    }

    public async Task<byte[]> ReadBlobAsync(string digest, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At($"blobs/{digest}"));
        using var answer = await SendAsync(request, stop);
        await RequireAsync(answer, stop);
        return await answer.Content.ReadAsByteArrayAsync(stop);
    }

    /// <summary>Unless it is there already.</summary>
    public async Task<Described> PushBlobAsync(string mediaType, byte[] content, CancellationToken stop)
    {
        var blob = new Described(mediaType, content);
        using var ask = new HttpRequestMessage(HttpMethod.Head, At($"blobs/{blob.Digest}"));
        using var known = await SendAsync(ask, stop);
        if (known.IsSuccessStatusCode) return blob;
        using var begin = new HttpRequestMessage(HttpMethod.Post, At("blobs/uploads/"));
        using var begun = await SendAsync(begin, stop);
        await RequireAsync(begun, stop);
        var place = new Uri(registry, begun.Headers.Location!);
        var separator = place.Query.Length > 0 ? '&' : '?';
        using var upload = new HttpRequestMessage(
            HttpMethod.Put, $"{place}{separator}digest={Uri.EscapeDataString(blob.Digest)}");
        upload.Content = new ByteArrayContent(content);
        upload.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var uploaded = await SendAsync(upload, stop);
        await RequireAsync(uploaded, stop);
        return blob;
    }

    /// <returns>Whether the registry itself keeps the list of what refers to what.</returns>
    public async Task<bool> PushManifestAsync(string reference, Described manifest, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Manifest(reference));
        request.Content = new ByteArrayContent(manifest.Content);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(manifest.MediaType);
        using var answer = await SendAsync(request, stop);
        await RequireAsync(answer, stop);
        return answer.Headers.Contains("OCI-Subject");
    }

    private Uri Manifest(string reference) => At("manifests/" + reference);

    private Uri At(string path) => new(registry, $"v2/{repository}/{path}");

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            return await http.SendAsync(request, stop);
        }
        catch (Exception away) when (away is HttpRequestException
            || (away is TaskCanceledException && !stop.IsCancellationRequested))
        {
            throw new UserError($"The registry {registry.Authority} does not answer: {away.Message}");
        }
    }

    private static async Task RequireAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        if (answer.IsSuccessStatusCode) return;
        var request = answer.RequestMessage!;
        var said = (await answer.Content.ReadAsStringAsync(stop)).ReplaceLineEndings(" ").Trim();
        var remedy = answer.StatusCode == HttpStatusCode.Unauthorized
            ? "; DOTNET_CONTAINER_REGISTRY_UNAME and DOTNET_CONTAINER_REGISTRY_PWORD say who you are" : "";
        throw new UserError(
            $"{request.RequestUri!.Authority} answered {(int)answer.StatusCode} to {request.Method} "
            + $"{request.RequestUri.AbsolutePath}{(said.Length > 0 ? ": " + said : "")}{remedy}");
    }

    /// <summary>Whether the SDK is told that it has no TLS.</summary>
    public static bool SaysInsecure(string host) =>
        (Environment.GetEnvironmentVariable("DOTNET_CONTAINER_INSECURE_REGISTRIES") ?? "")
            .Split([';', ','], StringSplitOptions.TrimEntries).Contains(host, StringComparer.OrdinalIgnoreCase)
        || host.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase);
}

internal static class MediaTypes
{
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string Empty = "application/vnd.oci.empty.v1+json";
    public const string CycloneDx = "application/vnd.cyclonedx+json";
}

/// <summary>Something that a registry keeps, and how others name it.</summary>
internal sealed record Described(string MediaType, byte[] Content)
{
    public string Digest { get; } = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Content));

    public JsonObject Descriptor() => new()
    {
        ["mediaType"] = MediaType, ["digest"] = Digest, ["size"] = Content.Length,
    };
}
