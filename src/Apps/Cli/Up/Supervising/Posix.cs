using System.Runtime.InteropServices;

namespace Tessera.Cli.Up;

/// <summary>What .NET has no call for: asking a process to end, leaving the terminal's session, and
/// the mode of files to come.</summary>
internal static partial class Posix
{
    private const int SigTerm = 15;

    /// <summary>Asks the process to end. On Windows there is nothing to ask with, and it is ended.</summary>
    public static void Terminate(int pid)
    {
        if (!OperatingSystem.IsWindows()) _ = SendSignal(pid, SigTerm);
        else KillNow(pid);
    }

    /// <summary>The process stands still until it is to go on. Windows has no such thing.</summary>
    public static void Freeze(int pid)
    {
        if (!OperatingSystem.IsWindows()) _ = SendSignal(pid, OperatingSystem.IsLinux() ? 19 : 17);
    }

    public static void Thaw(int pid)
    {
        if (!OperatingSystem.IsWindows()) _ = SendSignal(pid, OperatingSystem.IsLinux() ? 18 : 19);
    }

    public static void KillNow(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself meanwhile.
        }
    }

    /// <summary>Makes this process the leader of a session of its own, so that closing the terminal
    /// does not end it.</summary>
    public static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows()) _ = NewSession();
    }

    /// <summary>What this process and those that it starts make from now on is its owner's only.</summary>
    public static void KeepNewFilesPrivate()
    {
        const int groupAndOthers = 0b000_111_111;
        if (!OperatingSystem.IsWindows()) _ = SetFileModeMask(groupAndOthers);
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int SetFileModeMask(int mask);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();
}
