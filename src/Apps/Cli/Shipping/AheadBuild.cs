using System.Diagnostics;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>Compiles processes to native code before they go into an image (src/Apps/Ahead).</summary>
internal static class AheadBuild
{
    private static readonly TimeSpan _timeMax = TimeSpan.FromMinutes(30);

    /// <summary>Says so where it cannot be done: the compiler is a package that a registry may lack, and an image
    /// without native code is whole, and starts slower.</summary>
    /// <param name="projects">By their names, such as Orders.</param>
    /// <param name="arch">Of the image. For x64 only: nothing else was ever seen to run.</param>
    public static async Task RunAsync(IReadOnlyCollection<string> projects, string arch, CancellationToken stop)
    {
        if (arch != "x64") return;
        var start = new ProcessStartInfo("dotnet", Words(projects))
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true, // Whoever publishes may print a digest there, and nothing else.
        };
        using var build = Process.Start(start) ?? throw new UserError("dotnet could not be started.");
        var said = build.StandardOutput.ReadToEndAsync(CancellationToken.None);
        if (!await Processes.WaitOrKillAsync(build, _timeMax, stop) || build.ExitCode != 0)
        {
            await Console.Error.WriteLineAsync(
                "Nothing is compiled ahead of time, so the images start slower: " +
                (await said).Trim().ReplaceLineEndings(" "));
        }
    }

    internal static IReadOnlyList<string> Words(IEnumerable<string> projects) =>
    [
        "build", Path.Combine("src", "Apps", "Ahead", "Ahead.proj"), "-c", "Release", "-v", "q", "-nr:false",
        "-clp:NoSummary", "--nologo", "-p:Everything=true",
        // A comma or a semicolon would begin the next property.
        "-p:Only=" + string.Join('+', projects),
    ];
}
