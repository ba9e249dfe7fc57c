using System.Text.RegularExpressions;

namespace Tessera.Cli.Up;

/// <summary>Finds a release by what every clone has: the commit that put the contract of the version among the released
/// ones is the one that is tagged, and clones may be without tags.</summary>
internal sealed partial class RecordedReleases(string root, Git git)
{
    /// <param name="service">Whose version it is, where the name says none.</param>
    /// <param name="name">Such as <c>v1.0.0</c>, <c>1.0.0</c> or <c>orders/v1.0.0</c>.</param>
    /// <returns>Null when no such release is recorded.</returns>
    /// <exception cref="UserError">It is recorded, and its commit is not in this clone.</exception>
    public async Task<string?> CommitOfAsync(string service, string name, CancellationToken stop)
    {
        if (Named().Match(name) is not { Success: true } named) return null;
        if (named.Groups["service"] is { Success: true } other) service = other.Value;
        var version = named.Groups["version"].Value;
        var folder = $"contracts/{service}/released/{version}";
        if (!Directory.Exists(Path.Combine(root, folder))) return null;
        var (_, commit) = await git.TryAsync(
            ["log", "-1", "--format=%H", "--diff-filter=A", "--", folder], stop);
        // In a shallow clone the oldest commit seems to have added everything, and says another version.
        if (commit.Length > 0 && await VersionAtAsync(commit, service, stop) == version) return commit;
        throw new UserError(
            $"{service} {version} was released ({folder}), and its commit is not in this clone. Where the clone is "
            + "shallow, git fetch --unshallow brings it.");
    }

    private async Task<string?> VersionAtAsync(string commit, string service, CancellationToken stop)
    {
        var project = SourceTree.ListedServices(Path.Combine(root, "src", "Services", "shop.json"))
            .First(each => each.Equals(service, StringComparison.OrdinalIgnoreCase));
        var (isThere, text) = await git.TryAsync(["show", $"{commit}:src/Services/{project}/version.txt"], stop);
        return isThere ? text : null;
    }

    [GeneratedRegex("^((?<service>[a-z]+)/)?v?(?<version>[0-9]+[.][0-9]+[.][0-9]+)\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Named();
}
