using System.Text;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Calling;

/// <summary>What the processes of a local store have logged of an order: the ends of their log files in the data
/// folder, with those that were set aside just before. Elsewhere logs are kept by who runs the processes.</summary>
internal sealed class ReadLogs(IOptions<TesseraOptions> tessera) : IDisposable
{
    /// <summary>Of each process, its last bytes.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    public const int LinesMax = 500;
    private const int FilesMax = 50;

    /// <summary>One reader at a time: they go through all logs, line by line, and many windows that ask for them must
    /// not take the console's memory and the machine's disk from those who only look.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private string Folder => Path.Combine(tessera.Value.DataDirectory, "logs");

    public bool HasAny => Directory.Exists(Folder);

    public void Dispose() => _turn.Dispose();

    /// <summary>The lines that name the order and all others of their traces, by time; the last ones when there are too
    /// many. <paramref name="stop"/> is heeded while waiting for a turn and between two files.</summary>
    public async Task<IReadOnlyList<LogLine>> OfAsync(Guid order, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            var kept = new List<LogLine>();
            // Read twice, for the traces and for their lines: no more is held than what is shown in the end.
            foreach (var line in new LogFilter(Order: order).Of(() => ReadAll(stop)))
            {
                kept.Add(line);
                if (kept.Count >= 4 * LinesMax) kept = Last(kept);
            }
            return Last(kept);
        }
        finally
        {
            _turn.Release();
        }
    }

    // Two lines of one moment stay in the order of their files.
    private static List<LogLine> Last(List<LogLine> lines) =>
        [.. lines.OrderBy(line => line.Time).TakeLast(LinesMax)];

    private IEnumerable<LogLine> ReadAll(CancellationToken stop)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*.log").Order(StringComparer.Ordinal).Take(FilesMax))
        {
            stop.ThrowIfCancellationRequested();
            foreach (var line in Read(file)) yield return line;
        }
    }

    private static IEnumerable<LogLine> Read(string file)
    {
        var process = Path.GetFileNameWithoutExtension(file);
        var current = new FileInfo(file) is { Exists: true } info ? info.Length : 0;
        DateTimeOffset? last = null;
        // A log that has grown too large is set aside: what happened just before stands there alone.
        foreach (var (part, bytes) in new[] { (file + ".1", BytesMax - current), (file, (long)BytesMax) })
        {
            if (bytes <= 0 || Open(part, bytes) is not { } reader) continue;
            using (reader)
            {
                while (Next(reader) is { } text)
                {
                    if (LogLine.TimeOf(text) is { } time) last = time;
                    if (last is { } at) yield return new LogLine(process, at, text);
                }
            }
        }
    }

    /// <summary>At its last bytes; null when there is none, or not any more.</summary>
    private static StreamReader? Open(string file, long bytes)
    {
        try
        {
            var stream = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > bytes) stream.Seek(-bytes, SeekOrigin.End);
            return new StreamReader(stream, Encoding.UTF8);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? Next(StreamReader reader)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (IOException)
        {
            return null; // The others tell.
        }
    }
}
