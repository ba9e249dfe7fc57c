using System.Text;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Calling;

/// <summary>What the processes of a local store have logged of an order: the ends of their log files in the data
/// folder. Elsewhere logs are kept by who runs the processes.</summary>
internal sealed class ReadLogs(IOptions<TesseraOptions> tessera)
{
    /// <summary>Of each log, its last bytes.</summary>
    public const int BytesMax = 4 * 1024 * 1024;

    public const int LinesMax = 500;
    private const int FilesMax = 50;

    private string Folder => Path.Combine(tessera.Value.DataDirectory, "logs");

    public bool HasAny => Directory.Exists(Folder);

    /// <summary>The lines that name the order and all others of their traces, by time; the last ones when there are too
    /// many. <paramref name="stop"/> is heeded between two files.</summary>
    public IReadOnlyList<LogLine> Of(Guid order, CancellationToken stop)
    {
        var lines = new List<LogLine>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.log").Order(StringComparer.Ordinal).Take(FilesMax))
        {
            stop.ThrowIfCancellationRequested();
            lines.AddRange(Read(file));
        }
        // Two lines of one moment stay in the order of their files.
        var byTime = lines.OrderBy(line => line.Time).ToList();
        return [.. new LogFilter(Order: order).Of(() => byTime).TakeLast(LinesMax)];
    }

    private static List<LogLine> Read(string file)
    {
        var lines = new List<LogLine>();
        try
        {
            using var stream = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > BytesMax) stream.Seek(-BytesMax, SeekOrigin.End);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            DateTimeOffset? last = null;
            while (reader.ReadLine() is { } text)
            {
                if (LogLine.TimeOf(text) is { } time) last = time;
                if (last is { } at) lines.Add(new LogLine(Path.GetFileNameWithoutExtension(file), at, text));
            }
        }
        catch (IOException)
        {
            // Set aside just now: the others tell.
        }
        return lines;
    }
}
