using System.Globalization;

namespace Tessera.ServiceDefaults;

/// <summary>How many files the system lets a process have open. With too few the runtime says that libraries are
/// missing which lie beside it, wherever it happens to be: so it is looked at before anything else.</summary>
internal static class OpenFileLimit
{
    /// <summary>A service has up to 400 open before anybody calls it, since each library stays open; every connection
    /// is one more.</summary>
    public const long FilesMin = 512;

    /// <summary>What is wrong; null when nothing is, or when the system does not tell.</summary>
    public static string? WhatIsLacking()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return WhatIsLacking(File.ReadAllLines("/proc/self/limits"));
        }
        catch (Exception untold) when (untold is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="limits">As in <c>Max open files  1024  4096  files</c>: the soft limit, which the runtime raises
    /// by itself, and the hard one, which it cannot.</param>
    internal static string? WhatIsLacking(string[] limits)
    {
        const string name = "Max open files";
        var line = Array.Find(limits, each => each.StartsWith(name, StringComparison.Ordinal));
        var values = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (values is not [_, var hard, ..] || !long.TryParse(hard, CultureInfo.InvariantCulture, out var files)
            || files >= FilesMin)
        {
            return null;
        }
        return $"{files} files can be open at a time (ulimit -Hn), and a service needs {FilesMin} and one more for " +
            "each connection. Raise the limit of the shell, the user or the container.";
    }
}
