namespace Tessera.Cli.Retail;

/// <summary>What a store keeps is its owner's only, whatever this process makes elsewhere.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode MayUse = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, MayUse | UnixFileMode.UserExecute);
    }

    /// <summary>As long as it is open nobody else opens it.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var open = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) open.UnixCreateMode = MayUse;
        return new FileStream(path, open);
    }
}
