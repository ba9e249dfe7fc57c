using System.Globalization;

namespace Tessera.Cli.Servers;

/// <summary>Tells whose a listening port is. That something answers there says little: it may be
/// another store's server.</summary>
internal static class ListeningPort
{
    /// <summary>True too where the system does not tell.</summary>
    public static bool BelongsTo(int pid, int port)
    {
        if (!OperatingSystem.IsLinux()) return true;
        try
        {
            var sockets = Listening("/proc/net/tcp", port).Concat(Listening("/proc/net/tcp6", port))
                .Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
            return sockets.Count > 0 && Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd")
                .Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (IOException)
        {
            return false; // It has ended meanwhile, or closed what was just being looked at.
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>The inodes of the sockets that listen on the port: columns 2, 4 and 10 of proc(5)'s table.</summary>
    private static IEnumerable<string> Listening(string table, int port)
    {
        if (!File.Exists(table)) yield break;
        var wanted = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            const int local = 1, state = 3, inode = 9;
            if (fields.Length > inode && fields[state] == "0A"
                && fields[local].EndsWith(wanted, StringComparison.Ordinal))
            {
                yield return fields[inode];
            }
        }
    }
}
