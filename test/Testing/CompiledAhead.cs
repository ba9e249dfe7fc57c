namespace Tessera.Testing;

/// <summary>What <c>src/Apps/Ahead</c> has compiled to native code: half of what a process of a test costs is
/// compiling.</summary>
public static class CompiledAhead
{
    /// <summary>The program to run for one that was built at <c>artifacts/bin/PROJECT/release/NAME.dll</c>: what was
    /// compiled ahead, unless a later build has outdated any of it.</summary>
    public static string ProgramOf(string built)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(built))!;
        var project = Path.GetFileName(Path.GetDirectoryName(folder)!);
        var ahead = Path.GetFullPath(Path.Combine(folder, "..", "..", "..", "ahead", project));
        var isOutdated = !Directory.Exists(ahead) || Directory.EnumerateFiles(folder).Any(file =>
            File.GetLastWriteTimeUtc(file) > File.GetLastWriteTimeUtc(Path.Combine(ahead, Path.GetFileName(file))));
        return isOutdated ? Path.GetFullPath(built) : Path.Combine(ahead, Path.GetFileName(built));
    }
}
