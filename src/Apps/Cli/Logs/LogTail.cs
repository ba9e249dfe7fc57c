namespace Tessera.Cli.Logs;

/// <summary>Reads a log that grows, and begins anew when it was cut. Its lines come without what a terminal would obey.
/// </summary>
internal static class LogTail
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(200);

    /// <summary>The last lines, without reading the whole of a large file.</summary>
    public static IReadOnlyList<string> Last(string file, int lines)
    {
        const long enoughForMostBytes = 1024 * 1024;
        using var stream = Open(file);
        if (stream.Length > enoughForMostBytes) stream.Seek(-enoughForMostBytes, SeekOrigin.End);
        using var reader = new StreamReader(stream);
        var kept = new Queue<string>(lines);
        while (reader.ReadLine() is { } line)
        {
            if (kept.Count == lines) kept.Dequeue();
            kept.Enqueue(PlainLine.Of(line));
        }
        return [.. kept];
    }

    public static IEnumerable<string> All(string file)
    {
        using var reader = new StreamReader(Open(file));
        while (reader.ReadLine() is { } line) yield return PlainLine.Of(line);
    }

    public static long LengthOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    /// <summary>The last line that was written after <paramref name="position"/>; null when there is none. A stack
    /// trace is passed over: what it belongs to stands before it. The runtime's last word is the line that names the
    /// exception, whatever it adds to it.</summary>
    public static string? LastSince(string file, long position)
    {
        const string unhandled = "Unhandled exception";
        const int enoughForAnyLineBytes = 64 * 1024, shownMax = 500;
        try
        {
            using var stream = Open(file);
            if (position > stream.Length) position = 0; // Cut meanwhile.
            stream.Seek(Math.Max(position, stream.Length - enoughForAnyLineBytes), SeekOrigin.Begin);
            using var reader = new StreamReader(stream);
            string? last = null;
            while (reader.ReadLine() is { } text)
            {
                var line = PlainLine.Of(text);
                if (line.Length == 0 || char.IsWhiteSpace(line[0])) continue;
                last = line;
                if (line.StartsWith(unhandled, StringComparison.Ordinal)) break;
            }
            return last?.Length > shownMax ? last[..shownMax] + "…" : last;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static async Task FollowAsync(string file, bool fromEnd, Action<string> show, CancellationToken stop)
    {
        var position = fromEnd && File.Exists(file) ? new FileInfo(file).Length : 0;
        while (!stop.IsCancellationRequested)
        {
            if (File.Exists(file))
            {
                await using var stream = Open(file);
                if (stream.Length < position) position = 0;
                stream.Seek(position, SeekOrigin.Begin);
                using var reader = new StreamReader(stream);
                var text = await reader.ReadToEndAsync(stop);
                var whole = text.LastIndexOf('\n') + 1; // A line that is still being written is shown when it is whole.
                position += System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
                foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    show(PlainLine.Of(line));
            }
            await Task.Delay(_poll, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static FileStream Open(string file) =>
        new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
