using System.Diagnostics;

namespace Tessera.Cli;

internal static class Processes
{
    /// <returns>False when it had to be killed, with all it had started, because the time was over.</returns>
    public static async Task<bool> WaitOrKillAsync(Process process, TimeSpan limit, CancellationToken stop)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timer.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(timer.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            stop.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>Where a program is on the PATH, or in the places where Debian puts servers.</summary>
    public static string? Find(string program)
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] servers = ["/usr/sbin", "/usr/local/sbin", "/usr/lib/rabbitmq/bin"];
        return paths.Concat(servers).Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }
}
