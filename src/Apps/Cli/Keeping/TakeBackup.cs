using Tessera.Cli.Up;
using Tessera.Cli.Verifying;

namespace Tessera.Cli.Keeping;

/// <summary>Copies every service, one after the other, while all run. Either the whole backup is there or none.
/// </summary>
internal sealed class TakeBackup(RunFolder folder, ServiceDatabases databases, TimeProvider clock)
{
    private readonly IReadOnlyList<string> _services =
    [
        .. SourceTree.Interfaces().Select(name => name.ToLowerInvariant()),
        // Those in other languages that this store has, or once had.
        .. SourceTree.Foreign().Select(service => service.Name).Where(databases.Keeps),
    ];

    public async Task<BackupManifest> RunAsync(string target, CancellationToken stop)
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            throw new UserError($"{target} is there already, and not an empty folder. Name a new one.");
        foreach (var (service, database) in _services.Select(service => (service, databases.Of(service))))
        {
            if (!database.IsThere)
                throw new UserError($"{database.File} is missing: was a store ever started in {folder.Data}?");
            if (database.ConnectionString is { } address) await PostgresDump.ReachAsync(service, address, stop);
        }
        var work = target + ".unfinished";
        try
        {
            Posix.KeepNewFilesPrivate();
            if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
            Directory.CreateDirectory(work);
            var manifest = await FillAsync(work, stop);
            await manifest.WriteAsync(work, stop);
            if (Directory.Exists(target)) Directory.Delete(target);
            Directory.Move(work, target);
            return manifest;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"The backup cannot be written: {failure.Message}");
        }
        finally
        {
            if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        }
    }

    private async Task<BackupManifest> FillAsync(string work, CancellationToken stop)
    {
        var began = clock.GetUtcNow();
        var log = databases.EmbeddedLog.IsThere ? new EmbeddedLogCopy(databases.EmbeddedLog.File!) : null;
        var parts = new List<BackupPart>();
        foreach (var service in _services)
        {
            var at = clock.GetUtcNow();
            parts.Add(await PartAsync(service, at, work, await CopyAsync(service, work, stop), stop));
            log?.EndOf(service);
        }
        if (log is not null)
        {
            var path = Path.Combine(BackupPart.Broker, "events.db");
            log.Take(Path.Combine(work, path));
            parts.Add(await PartAsync(BackupPart.Broker, began, work, [path], stop));
        }
        parts.Add(await PartAsync(BackupPart.Store, clock.GetUtcNow(), work, CopyStore(work), stop));
        var engine = databases.Of(_services[0]).ConnectionString is null ? "sqlite" : "postgres";
        return new BackupManifest(BackupManifest.FormatNow, began, engine, parts);
    }

    private async Task<IReadOnlyList<string>> CopyAsync(string service, string work, CancellationToken stop)
    {
        var database = databases.Of(service);
        if (database.ConnectionString is { } address)
        {
            var dump = Path.Combine("services", service, service + ".sql");
            await PostgresDump.TakeAsync(address, Path.Combine(work, dump), stop);
            return [dump];
        }
        var copy = Path.Combine("services", service, service + ".db");
        SqliteCopy.Take(database.File!, Path.Combine(work, copy));
        return [copy];
    }

    private List<string> CopyStore(string work)
    {
        var paths = new List<string>();
        foreach (var file in StoreFiles.In(folder.Data))
        {
            var path = Path.Combine(BackupPart.Store, file);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(work, path))!);
            try
            {
                File.Copy(Path.Combine(folder.Data, file), Path.Combine(work, path));
                paths.Add(path);
            }
            catch (FileNotFoundException)
            {
                // A session has ended meanwhile, and its file went with it.
            }
        }
        var provider = Path.Combine(folder.Data, StoreFiles.Provider);
        if (!File.Exists(provider)) return paths;
        paths.Add(Path.Combine(BackupPart.Store, StoreFiles.Provider));
        SqliteCopy.Take(provider, Path.Combine(work, paths[^1]));
        return paths;
    }

    private static async Task<BackupPart> PartAsync(
        string name, DateTimeOffset at, string work, IReadOnlyList<string> paths, CancellationToken stop)
    {
        var files = new List<BackupFile>();
        foreach (var path in paths) files.Add(await BackupFile.OfAsync(work, path, stop));
        return new BackupPart(name, at, files);
    }
}
