using System.Diagnostics;

namespace Tessera.Cli.Up;

/// <summary>Asks git about the repository.</summary>
internal sealed class Git(string root)
{
    /// <returns>What it answered, or why it did not.</returns>
    public async Task<(bool Succeeded, string Said)> TryAsync(IReadOnlyList<string> words, CancellationToken stop)
    {
        var start = new ProcessStartInfo("git", words)
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        var errors = git.StandardError.ReadToEndAsync(stop);
        var output = await git.StandardOutput.ReadToEndAsync(stop);
        await git.WaitForExitAsync(stop);
        return git.ExitCode == 0
            ? (true, output.Trim())
            : (false, (await errors).Trim().ReplaceLineEndings(" "));
    }
}
