using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Shipping.Registries;

/// <summary>Lays a list of parts beside an image, in the same repository: an artifact whose subject is the image, so
/// that whoever has the image's digest finds it.</summary>
internal sealed class AttachParts(ImageRegistry registry)
{
    /// <param name="image">Digest or tag.</param>
    /// <param name="list">CycloneDX, as JSON.</param>
    /// <returns>The artifact's digest.</returns>
    public async Task<string> RunAsync(string image, string fileName, byte[] list, CancellationToken stop)
    {
        var subject = await registry.DescribeAsync(image, stop);
        var config = await registry.PushBlobAsync(MediaTypes.Empty, "{}"u8.ToArray(), stop);
        var layer = (await registry.PushBlobAsync(MediaTypes.CycloneDx, list, stop)).Descriptor();
        layer["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = fileName };
        var manifest = Json(MediaTypes.Manifest, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.Manifest,
            ["artifactType"] = MediaTypes.CycloneDx,
            ["config"] = config.Descriptor(),
            ["layers"] = new JsonArray(layer),
            ["subject"] = subject.Descriptor(),
        });
        if (!await registry.PushManifestAsync(manifest.Digest, manifest, stop))
            await ListAsync(subject.Digest, manifest, stop);
        return manifest.Digest;
    }

    /// <summary>Whether a list lies beside the image already: one that is made anew says when it was made, and would be
    /// a second one.</summary>
    /// <param name="image">By digest.</param>
    public async Task<bool> IsThereAsync(string image, CancellationToken stop)
    {
        var index = await registry.FindReferrersAsync(image, stop) ?? await registry.FindAsync(TagOf(image), stop);
        return index is not null && JsonNode.Parse(index.Content)!["manifests"]!.AsArray()
            .Any(entry => (string?)entry!["artifactType"] == MediaTypes.CycloneDx);
    }

    /// <summary>Where the specification looks for it in registries that keep no list themselves: an index under a tag
    /// that is made of the image's digest. Two who write at once would take one entry from the other; an image is
    /// published by one job.</summary>
    private async Task ListAsync(string subject, Described artifact, CancellationToken stop)
    {
        var tag = TagOf(subject);
        var index = await registry.FindAsync(tag, stop) is { } known
            ? JsonNode.Parse(known.Content)!.AsObject()
            : new JsonObject
            {
                ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.Index, ["manifests"] = new JsonArray(),
            };
        var entries = index["manifests"]!.AsArray();
        if (entries.Any(entry => (string?)entry!["digest"] == artifact.Digest)) return;
        var descriptor = artifact.Descriptor();
        descriptor["artifactType"] = MediaTypes.CycloneDx;
        entries.Add(descriptor);
        await registry.PushManifestAsync(tag, Json(MediaTypes.Index, index), stop);
    }

    private static string TagOf(string subject) => subject.Replace(':', '-');

    private static Described Json(string mediaType, JsonObject document) =>
        new(mediaType, JsonSerializer.SerializeToUtf8Bytes(document));
}
