namespace Tessera.Releasing;

/// <summary>The version of each service, in <c>version.txt</c> beside its project.</summary>
public static class Versions
{
    public static string FileOf(Releasable service) => $"{service.Folder}/version.txt";

    public static Version Read(Repository repository, Releasable service)
    {
        var file = repository.PathOf(FileOf(service));
        var text = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        return Version.TryParse(text, out var version) && version is { Build: >= 0, Revision: < 0 }
            ? version
            : throw new ReleaseException($"{FileOf(service)} must hold a version such as 1.4.0, not '{text}'.");
    }

    /// <summary>Such as <c>orders/v1.4.0</c>.</summary>
    public static string TagOf(Releasable service, Version version) => $"{service.Name}/v{version}";
}
