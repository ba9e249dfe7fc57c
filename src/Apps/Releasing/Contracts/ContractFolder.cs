using System.Text.Json.Nodes;
using Tessera.Releasing.Schemas;

namespace Tessera.Releasing.Contracts;

/// <summary><c>contracts/SERVICE</c>: what the service offers now, as it was approved, and below <c>released</c> what
/// each version offered that somebody may still run or have stored events of.</summary>
public sealed class ContractFolder(Repository repository)
{
    private const string Released = "released";

    /// <summary>Written by hand: what a service uses of the events it reads.</summary>
    public const string ReadsFile = "reads.json";

    /// <summary>Under which the steps of the messaging library's own tables are kept.</summary>
    public const string Library = "messaging";

    public string PathOf(string service) => repository.PathOf("contracts", service);

    /// <summary>The approved files, by their paths in the service's folder.</summary>
    public IReadOnlyDictionary<string, string> Approved(string service) =>
        FilesIn(PathOf(service), file => !file.StartsWith(Released + "/", StringComparison.Ordinal)
            && file != ReadsFile);

    public ServiceContract ApprovedContract(string service) =>
        ServiceContract.Read(service, "approved", Approved(service));

    /// <summary>Every version that is retained, the oldest first.</summary>
    public IReadOnlyList<ServiceContract> Releases(string service)
    {
        var folder = Path.Combine(PathOf(service), Released);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateDirectories(folder)
            .Select(path => (Path: path, Version: Version.Parse(Path.GetFileName(path))))
            .OrderBy(each => each.Version)
            .Select(each => ServiceContract.Read(
                service, each.Version.ToString(), FilesIn(each.Path, _ => true)))];
    }

    public ServiceContract? Newest(string service) => Releases(service) is [.., var newest] ? newest : null;

    /// <returns>The paths that changed, from the root.</returns>
    public IReadOnlyList<string> Approve(ServiceContract contract)
    {
        var (before, now) = (Approved(contract.Service), contract.Files());
        var changed = new List<string>();
        foreach (var file in before.Keys.Except(now.Keys))
        {
            File.Delete(Path.Combine(PathOf(contract.Service), file));
            changed.Add($"removed contracts/{contract.Service}/{file}");
        }
        foreach (var (file, text) in now.Where(file => before.GetValueOrDefault(file.Key) != file.Value))
        {
            Write(Path.Combine(PathOf(contract.Service), file), text);
            changed.Add($"wrote   contracts/{contract.Service}/{file}");
        }
        return changed;
    }

    /// <summary>Keeps what the version offers: what comes later is compared with it.</summary>
    /// <exception cref="ReleaseException">The version was released before, with something else.</exception>
    public string Release(ServiceContract contract)
    {
        var folder = Path.Combine(PathOf(contract.Service), Released, contract.Version);
        var files = contract.ReleasedFiles();
        if (Directory.Exists(folder)
            && !ServiceContract.Read(contract.Service, contract.Version, FilesIn(folder, _ => true)).IsSameAs(contract))
        {
            throw new ReleaseException(
                $"{contract.Service} {contract.Version} was released with another contract: raise its version.txt.");
        }
        foreach (var (file, text) in files) Write(Path.Combine(folder, file), text);
        return $"contracts/{contract.Service}/{Released}/{contract.Version}";
    }

    /// <summary>Keeps the library's steps: databases of the service that is released now have run them. Its tables have
    /// versions of their own, as the library is released with services only.</summary>
    /// <returns>The folder; null when all of them were kept before.</returns>
    public string? ReleaseLibrary(IReadOnlyList<SchemaFile> steps)
    {
        var newest = Newest(Library);
        if (newest is not null && steps.All(step => newest.Scripts.ContainsKey(step.Name))) return null;
        var last = Version.Parse(newest?.Version ?? "0.0.0");
        var next = newest is null ? new Version(1, 0, 0) : new Version(last.Major, last.Minor + 1, 0);
        return Release(new ServiceContract(
            Library, next.ToString(), null, new Dictionary<string, JsonObject>(),
            steps.ToDictionary(step => step.Name, step => step.Digest)));
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static SortedDictionary<string, string> FilesIn(string folder, Func<string, bool> isWanted)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Directory.Exists(folder)) return files;
        foreach (var path in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (isWanted(name)) files[name] = File.ReadAllText(path).ReplaceLineEndings("\n");
        }
        return files;
    }
}
