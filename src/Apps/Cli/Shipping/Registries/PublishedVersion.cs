using System.Text.Json.Nodes;

namespace Tessera.Cli.Shipping.Registries;

/// <summary>What a registry has under the tag of a version.</summary>
/// <param name="Index">By digest.</param>
/// <param name="Images">By digest, one of each platform.</param>
/// <param name="Revision">The commit that they say they are of; null when they say none, or several.</param>
internal sealed record PublishedVersion(string Index, IReadOnlyList<string> Images, string? Revision)
{
    /// <returns>Null when nothing was published under the tag.</returns>
    public static async Task<PublishedVersion?> FindAsync(ImageRegistry registry, string tag, CancellationToken stop)
    {
        if (await registry.FindAsync(tag, stop) is not { } found) return null;
        var images = JsonNode.Parse(found.Content)!["manifests"] is JsonArray entries
            ? entries.Select(entry => (string)entry!["digest"]!).ToArray()
            : [found.Digest];
        var revisions = new HashSet<string?>();
        foreach (var image in images) revisions.Add(await RevisionAsync(registry, image, stop));
        return new PublishedVersion(found.Digest, images, revisions.Count == 1 ? revisions.Single() : null);
    }

    /// <summary>A version is published once, from one commit. Publishing it again from that one brings what a failure
    /// in between has left out.</summary>
    /// <param name="versionFile">Where the next version is written.</param>
    /// <exception cref="UserError">It was published from another commit.</exception>
    public void RequireOf(string revision, string name, string versionFile = "version.txt")
    {
        if (Revision == revision) return;
        throw new UserError(
            $"{name} is published already, from {Revision ?? "a commit that it does not say"}, and this is {revision}: "
            + $"what a version is never changes. Raise {versionFile}.");
    }

    private static async Task<string?> RevisionAsync(ImageRegistry registry, string image, CancellationToken stop)
    {
        var manifest = JsonNode.Parse((await registry.DescribeAsync(image, stop)).Content)!;
        if ((string?)manifest["config"]?["digest"] is not { } digest) return null;
        var config = JsonNode.Parse(await registry.ReadBlobAsync(digest, stop))!;
        return (string?)config["config"]?["Labels"]?["org.opencontainers.image.revision"];
    }
}
