using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tessera.Testing;

/// <summary>Temporary folders that are gone with the test process at the latest, also those that nobody could delete
/// before, because something still wrote into them.</summary>
public static class ScratchFolder
{
    private static readonly ConcurrentBag<string> made = [];

    static ScratchFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) => DeleteAll();

    public static string Create(string purpose)
    {
        var folder = Directory.CreateTempSubdirectory($"tessera-{purpose}-").FullName;
        made.Add(folder);
        return folder;
    }

    /// <summary>By a process that outlives this one: a database server's folder takes seconds on a busy disk, and the
    /// runner counts a process that takes ten to end as one that failed.</summary>
    private static void DeleteAll()
    {
        var left = made.Where(Directory.Exists).ToArray();
        if (left.Length == 0) return;
        // A server that still runs goes on writing into its folder; its guard removes that once it has ended.
        var delete = new ProcessStartInfo("/bin/sh") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var word in new[] { "-c", "exec setsid rm -rf -- \"$@\" > /dev/null 2>&1", "sh" })
            delete.ArgumentList.Add(word);
        foreach (var folder in left) delete.ArgumentList.Add(folder);
        using var started = Process.Start(delete);
    }
}
