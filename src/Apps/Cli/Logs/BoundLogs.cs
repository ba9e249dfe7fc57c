namespace Tessera.Cli.Logs;

/// <summary>Keeps each log to a few files of bounded size: <c>orders.log</c> and, older, <c>orders.log.1</c> and
/// <c>orders.log.2</c>. The processes write on into the file that they have open, so it is copied and emptied: what
/// they write in between, a few lines at most, is lost.</summary>
internal static class BoundLogs
{
    public const long SizeBytesMax = 16 * 1024 * 1024;

    /// <summary>How many are kept beside the current one; the highest number is the oldest.</summary>
    public const int OlderMax = 2;

    public static void Apply(string folder, long sizeBytesMax = SizeBytesMax)
    {
        try
        {
            foreach (var log in new DirectoryInfo(folder).EnumerateFiles("*.log"))
            {
                if (log.Length > sizeBytesMax) SetAside(log.FullName);
            }
        }
        catch (Exception unavailable) when (unavailable is IOException or UnauthorizedAccessException)
        {
            // The folder is gone or out of reach: the next round looks again.
        }
    }

    private static void SetAside(string log)
    {
        try
        {
            for (var older = OlderMax - 1; older > 0; older--)
            {
                if (File.Exists($"{log}.{older}")) File.Move($"{log}.{older}", $"{log}.{older + 1}", overwrite: true);
            }
            File.Copy(log, log + ".1", overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(log + ".1"); // No room for a copy: the bound matters more than the lines.
        }
        using var emptied = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        emptied.SetLength(0);
    }
}
