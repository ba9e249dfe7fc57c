using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Publishing;

/// <summary>Counts how often the broker has refused a key's event, to space the retries out.</summary>
internal sealed class RefusedKeys(IOptions<OutboxOptions> options)
{
    // Forgetting the counts only makes the next retries come sooner.
    private const int KeysMax = 10_000;

    private readonly Dictionary<Guid, int> _attempts = [];

    public HeldKey Hold(OutboxRow row, string reason, DateTimeOffset now)
    {
        if (_attempts.Count >= KeysMax) _attempts.Clear();
        var attempts = _attempts.GetValueOrDefault(row.Event.Id) + 1;
        _attempts[row.Event.Id] = attempts;
        var delay = Backoff.DelayAfter(attempts, options.Value.RetryDelayMin, options.Value.HeldKeyDelayMax);
        return new HeldKey(row.Event.Stream, row.Shard, row.Event.Key, row.Event.Id, reason, attempts, now + delay);
    }

    public void Accepted(IReadOnlyList<OutboxRow> rows)
    {
        if (_attempts.Count == 0) return;
        foreach (var row in rows) _attempts.Remove(row.Event.Id);
    }
}
