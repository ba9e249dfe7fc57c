using Tessera.Cli.Up;
using Tessera.Cli.Verifying;

namespace Tessera.Cli.Keeping;

/// <summary>Puts services, or the whole store, back to what a backup shows. Each service's database is put back whole
/// or stays as it was; what is restored does not run meanwhile. Who was erased since is erased again.</summary>
internal sealed class RestoreBackup(RunFolder folder, ServiceDatabases databases)
{
    private readonly KeptErasures _erasures = new(databases);

    /// <summary>How many accounts Users was asked to erase once more.</summary>
    public int ErasedAgain { get; private set; }

    /// <param name="services">Those to restore; none: all, with the broker's log and the store's own files.</param>
    /// <returns>What was restored.</returns>
    public async Task<IReadOnlyList<BackupPart>> RunAsync(
        string source, IReadOnlyList<string> services, CancellationToken stop)
    {
        var manifest = await BackupManifest.ReadAsync(source, stop);
        var parts = Chosen(manifest, services);
        foreach (var part in parts.Where(IsService)) await CheckDatabaseAsync(manifest, part.Name, stop);
        if (folder.IsSupervised)
        {
            await WhileHeld.RunAsync(
                folder, process => services.Count == 0 || services.Contains(process.Service),
                () => PutAsync(source, parts, stop), stop);
            return parts;
        }
        if (folder.Orphans() is [var orphan, ..])
        {
            throw new UserError($"{orphan.Instance} still runs without its supervisor. Stop it with: tessera down");
        }
        folder.Create();
        using var alone = folder.TryLock()
            ?? throw new UserError($"A supervisor is just starting in {folder.Data}.", ExitCodes.NotRunning);
        await PutAsync(source, parts, stop);
        return parts;
    }

    private static bool IsService(BackupPart part) => part.Name is not (BackupPart.Broker or BackupPart.Store);

    private static List<BackupPart> Chosen(BackupManifest manifest, IReadOnlyList<string> services)
    {
        if (services.Count == 0) return [.. manifest.Parts];
        var known = manifest.Parts.Where(IsService).ToList();
        var unknown = services.FirstOrDefault(name => known.TrueForAll(part => part.Name != name));
        if (unknown is not null)
        {
            throw new UserError(
                $"The backup holds no service '{unknown}'; it holds " +
                $"{string.Join(", ", known.Select(part => part.Name))}.", ExitCodes.Usage);
        }
        return [.. known.Where(part => services.Contains(part.Name))];
    }

    private async Task CheckDatabaseAsync(BackupManifest manifest, string service, CancellationToken stop)
    {
        var address = databases.Of(service).ConnectionString;
        var engine = address is null ? "sqlite" : "postgres";
        if (engine != manifest.Engine)
        {
            throw new UserError(
                $"The backup is of databases in {manifest.Engine}, and this store's are in {engine}" +
                (address is null ? " (--database-address names others)." : "."));
        }
        if (address is not null) await PostgresDump.ReachAsync(service, address, stop);
    }

    private async Task PutAsync(string source, IReadOnlyList<BackupPart> parts, CancellationToken stop)
    {
        // Before anything is put back: it may be the list itself that goes.
        var from = parts.Where(IsService).Min(part => part.At);
        var (erased, since) = (await _erasures.AllAsync(stop), await _erasures.SinceAsync(from, stop));
        try
        {
            await PutEachAsync(source, parts, stop);
        }
        catch (Exception failure)
        {
            // Also when only some could be put back.
            try
            {
                await NoteAsync();
            }
            catch (UserError unnoted)
            {
                throw new UserError($"{failure.Message} {unnoted.Message}");
            }
            throw;
        }
        await NoteAsync();

        // Nobody may stop it then.
        async Task NoteAsync()
        {
            since.UnionWith(await _erasures.NotEverywhereAsync(erased, CancellationToken.None));
            await _erasures.RepeatAsync(since, CancellationToken.None);
            ErasedAgain = since.Count;
        }
    }

    private async Task PutEachAsync(string source, IReadOnlyList<BackupPart> parts, CancellationToken stop)
    {
        var done = new List<string>();
        foreach (var part in parts)
        {
            try
            {
                await PutAsync(source, part, stop);
            }
            catch (Exception failure) when (failure is UserError or IOException or UnauthorizedAccessException)
            {
                var before = done.Count == 0
                    ? "Nothing was restored."
                    : $"Restored before that: {string.Join(", ", done)}.";
                throw new UserError($"{part.Name} is as it was: {failure.Message} {before}");
            }
            done.Add(part.Name);
        }
    }

    private async Task PutAsync(string source, BackupPart part, CancellationToken stop)
    {
        switch (part.Name)
        {
            case BackupPart.Broker:
                SqliteCopy.Put(Path.Combine(source, part.Files[0].Path), databases.EmbeddedLog.File!);
                break;
            case BackupPart.Store:
                PutStore(source, part);
                break;
            default:
                var kept = Path.Combine(source, part.Files[0].Path);
                var database = databases.Of(part.Name);
                if (database.ConnectionString is { } address) await PostgresDump.PutAsync(kept, address, stop);
                else SqliteCopy.Put(kept, database.File!);
                break;
        }
    }

    private void PutStore(string source, BackupPart part)
    {
        foreach (var file in part.Files)
        {
            var target = Path.Combine(folder.Data, Path.GetRelativePath(BackupPart.Store, file.Path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (target.EndsWith(".db", StringComparison.Ordinal))
            {
                SqliteCopy.Put(Path.Combine(source, file.Path), target);
                continue;
            }
            File.Copy(Path.Combine(source, file.Path), target + ".restoring", overwrite: true);
            File.Move(target + ".restoring", target, overwrite: true);
        }
    }
}
