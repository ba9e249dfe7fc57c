using System.Diagnostics;

namespace Tessera.Testing;

/// <summary>What <c>src/Apps/Ahead</c> has compiled to native code: half of what a process of a test costs is
/// compiling.</summary>
public static class CompiledAhead
{
    /// <summary>Variables for a process that a test starts, stops and starts again: what runs for a moment is not
    /// compiled a second time, which is half of what the first seconds of a service cost otherwise. All numbers are
    /// hexadecimal: a second of milliseconds, and 4,096 calls instead of 30. Memory for code may
    /// be writable: that it never is, as in the product, takes a fifth of a start's time in the kernel.</summary>
    public static IReadOnlyDictionary<string, string> QuickStart { get; } = new Dictionary<string, string>
    {
        ["DOTNET_TC_CallCountingDelayMs"] = "3E8",
        ["DOTNET_TC_CallCountThreshold"] = "1000",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    /// <summary>How to start the program that was built at a place.</summary>
    /// <inheritdoc cref="ProgramOf"/>
    public static ProcessStartInfo StartOf(string built)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { ProgramOf(built) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in QuickStart) start.Environment[name] = value;
        return start;
    }

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
