using System.Diagnostics;
using System.Globalization;

namespace Tessera.Cli.Up;

/// <summary>A process id alone may belong to a stranger after a restart of the machine; with its
/// start it is certain.</summary>
/// <param name="Started">Clock ticks since boot on Linux, else the start's UTC ticks.</param>
internal sealed record ProcessIdentity(int Pid, long Started)
{
    public static ProcessIdentity Current => Of(Environment.ProcessId)!;

    public bool IsAlive => Of(Pid) is { } now && now.Started == Started;

    /// <summary>Null when no such process lives; a zombie lives no more.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return FromStat(File.ReadAllText($"/proc/{pid}/stat"));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : new ProcessIdentity(pid, process.StartTime.ToUniversalTime().Ticks);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads a line of <c>/proc/PID/stat</c>. The name in it may hold blanks and brackets;
    /// what follows may not.</summary>
    public static ProcessIdentity? FromStat(string stat)
    {
        var nameEnd = stat.LastIndexOf(')');
        var nameStart = stat.IndexOf(' ', StringComparison.Ordinal);
        if (nameEnd < 0 || nameStart < 0) return null;
        var fields = stat[(nameEnd + 1)..].Split(
            ' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        const int stateField = 0, startField = 19; // Fields 3 and 22 of proc(5), counted from behind the name.
        if (fields.Length <= startField || fields[stateField] is "Z" or "X") return null;
        return int.TryParse(stat[..nameStart], CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(fields[startField], CultureInfo.InvariantCulture, out var started)
            ? new ProcessIdentity(pid, started)
            : null;
    }

    /// <summary>Resident memory in bytes; 0 when it has ended.</summary>
    public static long MemoryOf(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.WorkingSet64;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }
}
