using System.Diagnostics;
using System.Globalization;
using Tessera.Releasing.Pipelines;

namespace Tessera.Cli.Releasing;

/// <summary>Runs steps of a pipeline one after the other, each as whoever types it would.</summary>
internal sealed class RunSteps(string root, TextWriter output)
{
    private static readonly TimeSpan _stepTimeout = TimeSpan.FromMinutes(40);

    /// <returns>Whether all went well; the first that did not is the last that ran.</returns>
    public async Task<bool> RunAsync(IEnumerable<Step> steps, CancellationToken stop)
    {
        foreach (var step in steps)
        {
            await output.WriteLineAsync($"+ {step.Command}");
            var clock = Stopwatch.StartNew();
            var code = await RunAsync(step, stop);
            var seconds = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            await output.WriteLineAsync(
                code == 0 ? $"- {step.Name}: {seconds} s"
                    : $"- {step.Name}: failed with code {code} after {seconds} s");
            if (code != 0) return false;
        }
        return true;
    }

    private async Task<int> RunAsync(Step step, CancellationToken stop)
    {
        // On Windows the command of the root is another file.
        var program = step.Words[0] == "./tessera"
            ? Path.Combine(root, OperatingSystem.IsWindows() ? "tessera.cmd" : "tessera")
            : step.Words[0];
        var start = new ProcessStartInfo(program, step.Words.Skip(1)) { WorkingDirectory = root };
        // As the workflows set it: what a later step restores anew is held to the same files.
        start.Environment[LockFiles.Property] = "true";
        using var process = Process.Start(start)!;
        return await Processes.WaitOrKillAsync(process, _stepTimeout, stop) ? process.ExitCode : ExitCodes.Failed;
    }
}
