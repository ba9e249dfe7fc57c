using System.Collections.Concurrent;

namespace Tessera.Testing;

/// <summary>Temporary folders that are gone with the test process at the latest, also those that nobody could delete
/// before, because something still wrote into them.</summary>
public static class ScratchFolder
{
    private static readonly ConcurrentBag<string> made = [];

    static ScratchFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var folder in made) Delete(folder);
    };

    public static string Create(string purpose)
    {
        var folder = Directory.CreateTempSubdirectory($"tessera-{purpose}-").FullName;
        made.Add(folder);
        return folder;
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // A server that still runs; its guard removes the folder once it has ended.
        }
    }
}
