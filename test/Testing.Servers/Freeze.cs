using System.Globalization;

namespace Tessera.Testing.Servers;

/// <summary>
/// Whether a process that was sent SIGSTOP stands still. The signal is only noted by <c>kill</c>: the threads that run
/// or wait for a processor stop one after the other, when each is next scheduled. On a busy machine a server still
/// answers requests for milliseconds, so a freeze has begun only when every thread is seen stopped.
/// </summary>
public static class Freeze
{
    private static readonly TimeSpan CompleteWithin = TimeSpan.FromSeconds(30);

    /// <summary>Waits until every thread of the process is stopped, or the process is gone.</summary>
    public static async Task WaitAsync(int process)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Running(process) is { Count: > 0 } running)
        {
            if (TimeProvider.System.GetElapsedTime(began) > CompleteWithin)
            {
                throw new TimeoutException(
                    $"Of process {process} the threads {string.Join(", ", running)} " +
                    $"have not stopped within {CompleteWithin}.");
            }
            await Task.Delay(1);
        }
    }

    /// <summary>The threads of the process that are not stopped.</summary>
    public static IReadOnlyList<string> Running(int process)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task");
        try
        {
            return [.. Directory.GetDirectories(folder).Where(thread => IsRunning(Path.Combine(thread, "stat")))
                .Select(thread => Path.GetFileName(thread))];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // The process is gone.
        }
    }

    private static bool IsRunning(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            // T: stopped. Z and X: ended, and only not yet collected by the parent.
            return text[text.LastIndexOf(')') + 2] is not ('T' or 'Z' or 'X');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false; // The thread ended between the listing and the look.
        }
    }
}
