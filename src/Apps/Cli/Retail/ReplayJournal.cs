using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessera.Cli.Retail;

/// <summary>What became of an invoice, as far as it is known.</summary>
/// <param name="Invoice">Its <see cref="Invoice.Name"/>.</param>
/// <param name="Order">Given once placed.</param>
/// <param name="Refused">Why it could not be placed; the next run tries again.</param>
/// <param name="End"><c>Confirmed</c>, <c>Shipped</c> or <c>Cancelled</c>.</param>
/// <param name="Why">The cancel reason.</param>
/// <param name="Milliseconds">From placed to confirmed.</param>
/// <param name="Cancel">What the request to cancel came to.</param>
/// <param name="CancelledBy">The invoice that asked for it.</param>
/// <param name="Digest">Of what was asked for; unknown in entries of former versions.</param>
internal sealed record JournalEntry(
    string Invoice, Guid? Order = null, string? Refused = null, string? End = null, string? Why = null,
    double? Milliseconds = null, string? Cancel = null, string? CancelledBy = null, string? Digest = null)
{
    public const string Changed = "placed before with other lines or for another customer; nothing was ordered now";

    [JsonIgnore]
    public bool IsFinal => Refused is not null || End is not null;

    /// <summary>False when the invoice has changed since.</summary>
    public bool IsOf(Invoice invoice) => Digest is null || Digest == invoice.Digest;
}

/// <summary>
/// Remembers across runs and files what was done on this store, so that an interrupted replay goes on where it was.
/// Without it the Idempotency-Keys keep orders from being placed twice; only an invoice that another file gives to
/// another customer, and a cancellation that would meet another order there, are told by it alone.
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

    private const string FileName = "orders.jsonl";

    public ReplayJournal(string folder)
    {
        OwnerOnly.MakeFolder(folder);
        var path = Path.Combine(folder, FileName);
        try
        {
            _file = OwnerOnly.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException)
        {
            throw new UserError(
                $"Another replay runs on this store ({path} is in use).", ExitCodes.NotRunning);
        }
        // Former versions kept a journal for each file.
        foreach (var former in Directory.EnumerateFiles(folder, "*.jsonl").Where(file => file != path))
        {
            foreach (var line in File.ReadLines(former)) Note(line);
        }
        var reader = new StreamReader(_file, leaveOpen: true);
        while (reader.ReadLine() is { } line) Note(line);
        _file.Seek(0, SeekOrigin.End);
        _writer = new StreamWriter(_file) { AutoFlush = true };
        if (_file.Length > 0) _writer.WriteLine(); // A torn last line ends here and spoils no other.
    }

    public IReadOnlyList<JournalEntry> Entries
    {
        get { lock (_lock) return [.. _entries.Values]; }
    }

    /// <summary>Which invoice each cancellation has cancelled, by its number.</summary>
    public IReadOnlyDictionary<string, string> Cancelled => Entries
        .Where(entry => entry.CancelledBy is not null)
        .GroupBy(entry => entry.CancelledBy!, entry => Invoice.NumberOf(entry.Invoice))
        .ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);

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

    private void Note(string line)
    {
        if (Parse(line) is { } entry) _entries[entry.Invoice] = entry;
    }

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
