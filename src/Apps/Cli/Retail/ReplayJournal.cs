using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessera.Cli.Retail;

/// <summary>What became of an invoice, as far as it is known.</summary>
/// <param name="Order">Given once placed.</param>
/// <param name="Refused">Why it could not be placed.</param>
/// <param name="End"><c>Confirmed</c>, <c>Shipped</c> or <c>Cancelled</c>.</param>
/// <param name="Why">The cancel reason.</param>
/// <param name="Milliseconds">From placed to confirmed.</param>
/// <param name="Cancel">What the request to cancel came to.</param>
internal sealed record JournalEntry(
    string Invoice, Guid? Order = null, string? Refused = null, string? End = null, string? Why = null,
    double? Milliseconds = null, string? Cancel = null)
{
    [JsonIgnore]
    public bool IsFinal => Refused is not null || End is not null;
}

/// <summary>
/// Remembers across runs what was done, so that an interrupted replay goes on where it was. It saves work only: without
/// it, the Idempotency-Keys keep orders from being placed twice.
/// </summary>
internal sealed class ReplayJournal : IDisposable
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Dictionary<string, JournalEntry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly FileStream _file;
    private readonly StreamWriter _writer;

    public ReplayJournal(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new UserError(
                $"Another replay of this file runs on this store ({path} is in use).", ExitCodes.NotRunning);
        }
        var reader = new StreamReader(_file, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            if (Parse(line) is { } entry) _entries[entry.Invoice] = entry;
        }
        _file.Seek(0, SeekOrigin.End);
        _writer = new StreamWriter(_file) { AutoFlush = true };
        if (_file.Length > 0) _writer.WriteLine(); // A torn last line ends here and spoils no other.
    }

    public IReadOnlyList<JournalEntry> Entries
    {
        get { lock (_lock) return [.. _entries.Values]; }
    }

    public JournalEntry? Find(string invoice)
    {
        lock (_lock) return _entries.GetValueOrDefault(invoice);
    }

    public void Write(JournalEntry entry)
    {
        lock (_lock)
        {
            _entries[entry.Invoice] = entry;
            _writer.WriteLine(JsonSerializer.Serialize(entry, _json));
        }
    }

    public void Dispose() => _writer.Dispose();

    private static JournalEntry? Parse(string line)
    {
        if (line.Length == 0) return null;
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, _json);
        }
        catch (JsonException)
        {
            return null; // Cut off by the end of the process that wrote it.
        }
    }
}
