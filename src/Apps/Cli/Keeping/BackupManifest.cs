using System.Security.Cryptography;
using System.Text.Json;

namespace Tessera.Cli.Keeping;

/// <summary>What a backup holds: <c>backup.json</c> in its folder, written last.</summary>
/// <param name="Engine">Of the databases: <c>sqlite</c> or <c>postgres</c>.</param>
internal sealed record BackupManifest(int Format, DateTimeOffset At, string Engine, IReadOnlyList<BackupPart> Parts)
{
    public const int FormatNow = 1;
    private const string FileName = "backup.json";
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public BackupPart? Find(string name) => Parts.FirstOrDefault(part => part.Name == name);

    public async Task WriteAsync(string folder, CancellationToken stop) => await File.WriteAllTextAsync(
        Path.Combine(folder, FileName), JsonSerializer.Serialize(this, _json), stop);

    /// <summary>Reads it, and every file that it names, before anything is touched.</summary>
    /// <exception cref="UserError">It is no backup, or not whole.</exception>
    public static async Task<BackupManifest> ReadAsync(string folder, CancellationToken stop)
    {
        var file = Path.Combine(folder, FileName);
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllTextAsync(file, stop), _json);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserError($"{folder} holds no backup: there is no {FileName} in it.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserError($"{file} cannot be read: {unreadable.Message}");
        }
        if (manifest is not { Parts: not null, Engine: not null } || !manifest.Parts.All(IsWhole))
            throw new UserError($"{file} does not say what the backup holds.");
        if (manifest.Format != FormatNow)
        {
            throw new UserError(
                $"{file} has format {manifest.Format}, and this command reads {FormatNow}: restore it with the " +
                "version that made it.");
        }
        foreach (var kept in manifest.Parts.SelectMany(part => part.Files)) await kept.CheckAsync(folder, stop);
        return manifest;
    }

    // What JSON leaves out is null, whatever the types say.
    private static bool IsWhole(BackupPart? part) =>
        part is { Name: not null, Files: not null } && part.Files.All(file => file is { Path: not null });
}

/// <summary>What is consistent in itself: a service, the broker's log, or the files of the store as a whole.</summary>
/// <param name="At">The moment that it shows.</param>
internal sealed record BackupPart(string Name, DateTimeOffset At, IReadOnlyList<BackupFile> Files)
{
    public const string Broker = "broker";
    public const string Store = "store";
}

/// <param name="Path">Below the backup's folder.</param>
internal sealed record BackupFile(string Path, long Bytes, string Sha256)
{
    public static async Task<BackupFile> OfAsync(string folder, string path, CancellationToken stop)
    {
        var file = System.IO.Path.Combine(folder, path);
        return new BackupFile(path, new FileInfo(file).Length, await HashAsync(file, stop));
    }

    public async Task CheckAsync(string folder, CancellationToken stop)
    {
        // A manifest that somebody changed must not lead out of the folder.
        var file = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, Path));
        var root = System.IO.Path.GetFullPath(folder) + System.IO.Path.DirectorySeparatorChar;
        if (!file.StartsWith(root, StringComparison.Ordinal))
            throw new UserError($"The backup names {Path}, which is not in its folder.");
        if (!File.Exists(file)) throw new UserError($"The backup is not whole: {Path} is missing.");
        if (new FileInfo(file).Length != Bytes || await HashAsync(file, stop) != Sha256)
            throw new UserError($"The backup is not whole: {Path} is not the file that was written.");
    }

    private static async Task<string> HashAsync(string file, CancellationToken stop)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stop));
    }
}
