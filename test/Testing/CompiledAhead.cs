using System.Diagnostics;

namespace Tessera.Testing;

/// <summary>What <c>src/Apps/Ahead</c> has compiled to native code: half of what a process of a test costs is
/// compiling.</summary>
public static class CompiledAhead
{
    /// <summary>In milliseconds, hexadecimal, as the command <c>tessera</c> has it: what runs for a moment is not compiled
    /// a second time.</summary>
    public static (string Name, string Value) QuickStart { get; } = ("DOTNET_TC_CallCountingDelayMs", "3E8");

    /// <summary>How to start the program that was built at a place.</summary>
    /// <inheritdoc cref="ProgramOf"/>
    public static ProcessStartInfo StartOf(string built) => new("dotnet")
    {
        ArgumentList = { ProgramOf(built) },
        Environment = { [QuickStart.Name] = QuickStart.Value },
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>The program to run for one that was built at <c>artifacts/bin/PROJECT/release/NAME.dll</c>: what was
    /// compiled ahead, unless a later build has outdated any of it.</summary>
    private static string ProgramOf(string built)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(built))!;
        var project = Path.GetFileName(Path.GetDirectoryName(folder)!);
        var ahead = Path.GetFullPath(Path.Combine(folder, "..", "..", "..", "ahead", project));
        var isOutdated = !Directory.Exists(ahead) || Directory.EnumerateFiles(folder).Any(file =>
            File.GetLastWriteTimeUtc(file) > File.GetLastWriteTimeUtc(Path.Combine(ahead, Path.GetFileName(file))));
        return isOutdated ? Path.GetFullPath(built) : Path.Combine(ahead, Path.GetFileName(built));
    }
}
