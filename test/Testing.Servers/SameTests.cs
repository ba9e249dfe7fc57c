using System.Diagnostics;
using System.Reflection;

namespace Tessera.Testing.Servers;

/// <summary>Tests of an assembly, run once more in a process of their own: under another environment.</summary>
public static class SameTests
{
    private static readonly TimeSpan timeMax = TimeSpan.FromMinutes(2);

    /// <returns>Its exit code, 0 where none failed, and what it wrote.</returns>
    public static async Task<(int Code, string Said)> RunAsync(
        Assembly assembly, string @class, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [assembly.Location, "-noLogo", "-noColor", "-class", @class])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var tests = Process.Start(start)!;
        var said = tests.StandardOutput.ReadToEndAsync();
        await tests.WaitForExitAsync().WithinAsync(timeMax);
        return (tests.ExitCode, await said);
    }
}
