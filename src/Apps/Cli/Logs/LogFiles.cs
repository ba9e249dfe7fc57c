using Tessera.Stories;

namespace Tessera.Cli.Logs;

/// <summary>The logs of a store's processes, those that were set aside included.</summary>
internal sealed class LogFiles(string folder)
{
    public IReadOnlyList<string> Names => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*.log").Select(Path.GetFileNameWithoutExtension).Order()!];

    public string Current(string name) => Path.Combine(folder, name + ".log");

    /// <summary>All lines of these processes by their times, each file being in order already. Lines of the same
    /// moment come in the order of the names.</summary>
    public IEnumerable<LogLine> Merge(IEnumerable<string> names)
    {
        var waiting = new PriorityQueue<IEnumerator<LogLine>, (DateTimeOffset, int)>();
        var order = 0;
        try
        {
            foreach (var name in names)
            {
                var lines = Read(name).GetEnumerator();
                if (lines.MoveNext()) waiting.Enqueue(lines, (lines.Current.Time, order++));
                else lines.Dispose();
            }
            while (waiting.TryDequeue(out var next, out var place))
            {
                yield return next.Current;
                if (next.MoveNext()) waiting.Enqueue(next, (next.Current.Time, place.Item2));
                else next.Dispose();
            }
        }
        finally
        {
            while (waiting.TryDequeue(out var left, out _)) left.Dispose();
        }
    }

    /// <summary>Oldest first. What stands before the first line with a time cannot be placed among others' lines.
    /// </summary>
    private IEnumerable<LogLine> Read(string name)
    {
        DateTimeOffset? last = null;
        for (var older = BoundLogs.OlderMax; older >= 0; older--)
        {
            var file = older == 0 ? Current(name) : $"{Current(name)}.{older}";
            if (!File.Exists(file)) continue;
            foreach (var text in LogTail.All(file))
            {
                // Two threads may swap two lines; the file's order is kept, and a merge needs it to be the times'.
                if (LogLine.TimeOf(text) is { } time && !(time < last)) last = time;
                if (last is { } at) yield return new LogLine(name, at, text);
            }
        }
    }
}
