using System.Diagnostics;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>Programs of Debian's prometheus and prometheus-alertmanager. Without them the tests fail.</summary>
internal static class Debian
{
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] words)
    {
        if (Processes.Find(program) is not { } file)
        {
            throw new InvalidOperationException(
                $"{program} is not here: apt-get install prometheus prometheus-alertmanager");
        }
        var start = new ProcessStartInfo(file, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }

    public static async Task SucceedsAsync(string program, params string[] words)
    {
        var (exitCode, output) = await RunAsync(program, words);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', words)}: {output}");
    }
}
