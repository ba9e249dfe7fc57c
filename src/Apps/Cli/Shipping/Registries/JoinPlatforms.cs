using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Shipping.Registries;

/// <summary>One name for the images of several platforms: an index, of which each machine takes what it can run. The
/// SDK's own way to one cuts each label of the images at its first colon.</summary>
internal sealed class JoinPlatforms(ImageRegistry registry)
{
    /// <param name="images">By digest, one of each platform.</param>
    /// <returns>The index's digest.</returns>
    public async Task<string> RunAsync(string tag, IReadOnlyList<string> images, CancellationToken stop)
    {
        var entries = new List<JsonObject>();
        foreach (var image in images)
        {
            var manifest = await registry.DescribeAsync(image, stop);
            var entry = manifest.Descriptor();
            entry["platform"] = await PlatformAsync(manifest, stop);
            if (entries.Any(other => JsonNode.DeepEquals(other["platform"], entry["platform"])))
            {
                var platform = $"{entry["platform"]!["os"]}/{entry["platform"]!["architecture"]}";
                throw new UserError(
                    $"Two images are for {platform}: the base image is of one platform, and one of several is needed.");
            }
            entries.Add(entry);
        }
        // Docker's own kind may hold only its own.
        var type = entries.All(entry => (string)entry["mediaType"]! == MediaTypes.DockerManifest)
            ? MediaTypes.DockerList : MediaTypes.Index;
        var index = new Described(type, JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["schemaVersion"] = 2, ["mediaType"] = type, ["manifests"] = new JsonArray([.. entries]),
        }));
        await registry.PushManifestAsync(tag, index, stop);
        return index.Digest;
    }

    /// <summary>As the image itself says.</summary>
    private async Task<JsonObject> PlatformAsync(Described manifest, CancellationToken stop)
    {
        var config = (string)JsonNode.Parse(manifest.Content)!["config"]!["digest"]!;
        var said = JsonNode.Parse(await registry.ReadBlobAsync(config, stop))!;
        var platform = new JsonObject
        {
            ["architecture"] = (string)said["architecture"]!, ["os"] = (string)said["os"]!,
        };
        if (said["variant"] is { } variant) platform["variant"] = (string)variant!;
        return platform;
    }
}
