using System.Diagnostics;

namespace Tessera.Cli.Servers;

/// <summary>Runs a program that ends by itself.</summary>
internal static class RunToEnd
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    /// <returns>What it said.</returns>
    public static async Task<string> Async(IReadOnlyList<string> command, string folder, CancellationToken stop)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new UserError($"{command[0]} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await Processes.WaitOrKillAsync(process, _limit, stop);
        if (process.ExitCode != 0)
        {
            throw new UserError($"{command[0]} failed ({process.ExitCode}): " +
                $"{(await errors + await output).Trim().ReplaceLineEndings(" ")}");
        }
        return await output;
    }
}
