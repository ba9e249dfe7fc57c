using Microsoft.Win32.SafeHandles;

namespace Tessera.Messaging.Sqlite;

/// <summary>
/// Rings in other processes when something was appended: a byte written to a file that they have the system watch.
/// Nothing depends on it: who hears nothing looks at <c>PRAGMA data_version</c> more often (<see cref="LogWatch"/>).
/// </summary>
/// <remarks>The file is alone in its folder, so that the writing of the log itself wakes nobody.</remarks>
internal sealed class LogBell : IDisposable
{
    /// <summary>Under load those who were rung for look again by themselves before this is over.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private SafeFileHandle? _file;
    private FileSystemWatcher? _watcher;
    private long _rungAt;

    public LogBell(string logFile, TimeProvider clock)
    {
        _folder = logFile + "-bell";
        _clock = clock;
    }

    private string FileName => Path.Combine(_folder, "bell");

    /// <summary>Calls <paramref name="onRing"/> when any process rings; false when the system cannot tell.</summary>
    public bool TryListen(Action onRing)
    {
        // Elsewhere the system tells with a delay of its own, or not at all on some file systems.
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            Directory.CreateDirectory(_folder);
            _watcher = new FileSystemWatcher(_folder) { NotifyFilter = NotifyFilters.LastWrite };
            _watcher.Changed += (_, _) => onRing();
            _watcher.Error += (_, _) => onRing(); // Too many rings at once are a ring.
            _watcher.EnableRaisingEvents = true;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The system's limit of watches is reached.
            _watcher?.Dispose();
            _watcher = null;
            return false;
        }
    }

    /// <summary>Called by the writer's thread alone.</summary>
    public void Ring()
    {
        if (_file is not null && _clock.GetElapsedTime(_rungAt) < Pause) return;
        _rungAt = _clock.GetTimestamp();
        try
        {
            _file ??= Open();
            RandomAccess.Write(_file, "!"u8, 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A full disk, perhaps. The others find out by looking.
            _file?.Dispose();
            _file = null;
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _file?.Dispose();
    }

    private SafeFileHandle Open()
    {
        Directory.CreateDirectory(_folder);
        return File.OpenHandle(
            FileName, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
