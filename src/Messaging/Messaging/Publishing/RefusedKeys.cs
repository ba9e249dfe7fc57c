using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Publishing;

/// <summary>Counts how often the broker has refused a key's event, to space the retries out. Safe to call from
/// several batches.</summary>
internal sealed class RefusedKeys(IOptions<OutboxOptions> options)
{
    // Forgetting the counts only makes the next retries come sooner.
    private const int KeysMax = 10_000;

    private readonly ConcurrentDictionary<Guid, int> _attempts = new();

    public RefusedRow Hold(OutboxRow row, string reason, DateTimeOffset now)
    {
        if (_attempts.Count >= KeysMax) _attempts.Clear();
        var attempts = _attempts.AddOrUpdate(row.Event.Id, 1, static (_, before) => before + 1);
        var delay = Backoff.DelayAfter(attempts, options.Value.RetryDelayMin, options.Value.HeldKeyDelayMax);
        return new RefusedRow(row, reason, attempts, now + delay);
    }

    public void Accepted(IReadOnlyList<OutboxRow> rows)
    {
        if (_attempts.IsEmpty) return;
        foreach (var row in rows) _attempts.TryRemove(row.Event.Id, out _);
    }
}
