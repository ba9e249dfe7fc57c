using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.TextDefaults;

namespace Tessera.Ops.Recording;

/// <summary>What was refused here, and what the console itself has done: lines of JSON in the data folder, which all
/// replicas share and a restart leaves. Services keep their own record of what they did. Bounded: of two files of a
/// kind the older one goes. What is refused has files of its own: whoever causes that, and everybody can, pushes out
/// nothing that an operator did.</summary>
internal sealed partial class OpsRecord(
    IOptions<TesseraOptions> tessera, TimeProvider clock, ILogger<OpsRecord> logger)
{
    public const long SizeBytesMax = 1024 * 1024;
    private const int TextLengthMax = 300;

    /// <summary>How long another console may hold the record; it does for one line.</summary>
    private static readonly TimeSpan turnMax = TimeSpan.FromSeconds(2);

    /// <summary>One who tries the same again and again fills no file with it.</summary>
    private static readonly TimeSpan sameTime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string?, string), long> _recent = [];

    /// <summary>Somebody was refused a page or a form of the console. Addresses of one page are the same try: whoever
    /// makes up numbers of orders makes up as many addresses.</summary>
    public void Refused(string? who, HttpContext context, string why)
    {
        var page = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var method = context.Request.Method;
        Refused(who, $"{method} {context.Request.Path}", why, same: $"{method} {page}");
    }

    /// <summary>Somebody was refused something.</summary>
    /// <param name="same">What makes it the same try as another; <paramref name="what"/> unless given.</param>
    public void Refused(string? who, string what, string why, string? same = null)
    {
        var tried = (who, same ?? what);
        lock (_lock)
        {
            if (_recent.TryGetValue(tried, out var at) && clock.GetElapsedTime(at) < sameTime) return;
            if (_recent.Count >= 1_000) _recent.Clear();
            _recent[tried] = clock.GetTimestamp();
        }
        Add(new RecordLine(clock.GetUtcNow(), RecordLine.RefusedKind, who, Short(what), Short(why)));
    }

    /// <summary>Somebody did something by way of the console alone.</summary>
    public void Done(string? who, string what, string why) =>
        Add(new RecordLine(clock.GetUtcNow(), RecordLine.DoneKind, who, Short(what), Short(why)));

    /// <summary>Those of a kind, the newest first.</summary>
    public IReadOnlyList<RecordLine> Last(string kind, int count)
    {
        var file = FileOf(kind);
        return
        [
            // Earlier versions wrote both kinds into what is the file of the deeds now.
            .. Read(file + ".1").Concat(Read(file)).Where(line => line.Kind == kind).TakeLast(count).Reverse(),
        ];
    }

    private string FileOf(string kind) => Path.Combine(
        tessera.Value.DataDirectory, "ops", kind == RecordLine.DoneKind ? "record.jsonl" : "refused.jsonl");

    private void Add(RecordLine line)
    {
        var file = FileOf(line.Kind);
        lock (_lock)
        {
            try
            {
                // Appending is finding the end and then writing there, and turning the file is looking and then
                // moving: two consoles at once would write over each other, or move away what the other has begun.
                using var turn = Enter(Path.GetDirectoryName(file)!);
                if (File.Exists(file) && new FileInfo(file).Length > SizeBytesMax)
                    File.Move(file, file + ".1", overwrite: true);
                using var end = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                end.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(line, JsonSerializerOptions.Web) + "\n"));
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                Log.NotKept(logger, full, line.Kind, line.What, line.Who);
            }
        }
    }

    /// <summary>Waits until no other console writes. A file of its own, for readers need not wait.</summary>
    private static FileStream Enter(string folder)
    {
        Directory.CreateDirectory(folder);
        FileStream? turn = null;
        IOException? taken = null;
        return SpinWait.SpinUntil(IsEntered, turnMax) ? turn! : throw taken!;

        bool IsEntered()
        {
            try
            {
                turn = new FileStream(
                    Path.Combine(folder, "record.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException other)
            {
                taken = other;
            }
            return turn is not null;
        }
    }

    private static List<RecordLine> Read(string file)
    {
        var lines = new List<RecordLine>();
        try
        {
            using var stream = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } text)
            {
                if (TryParse(text) is { } line) lines.Add(line);
            }
        }
        catch (IOException)
        {
            // There is none yet, or it has just been moved.
        }
        return lines;
    }

    // The last line of a console that was killed may be half of one.
    private static RecordLine? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<RecordLine>(text, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Short(string text) =>
        text.Length <= TextLengthMax ? text : CutText.To(TextLengthMax, text) + "…";

    private static partial class Log
    {
        [LoggerMessage(720, LogLevel.Error, "The record could not be written: {Kind} {What} of {Who}")]
        public static partial void NotKept(ILogger logger, Exception failure, string kind, string what, string? who);
    }
}

/// <param name="Kind"><c>refused</c> or <c>done</c>.</param>
/// <param name="Who">The user's id; null of who is not known.</param>
public sealed record RecordLine(DateTimeOffset At, string Kind, string? Who, string What, string Why)
{
    public const string RefusedKind = "refused";
    public const string DoneKind = "done";
}
