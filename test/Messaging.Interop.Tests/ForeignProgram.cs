using System.Diagnostics;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>A program of other people's, run once.</summary>
internal static class ForeignProgram
{
    public static void Require(string program, string package)
    {
        var here = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
        if (!here) MissingServer.SkipOrFail(program, $"Install it (apt-get install {package}).");
    }

    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WithinAsync(TimeSpan.FromSeconds(30));
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }
}
