namespace Tessera.Cli;

/// <summary>What a store keeps is its owner's only, whatever this process makes elsewhere.</summary>
internal static class OwnerOnly
{
    public const UnixFileMode Folder = File | UnixFileMode.UserExecute;
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, Folder);
    }

    /// <summary>As long as it is open nobody else opens it.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var open = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) open.UnixCreateMode = File;
        return new FileStream(path, open);
    }
}
