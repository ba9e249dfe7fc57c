using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;

namespace Tessera.Messaging.Handling;

/// <summary>Takes a part of a delivery: new events are handled, known ones dropped, those of parked
/// keys parked behind.</summary>
/// <param name="hopeful">Whether to count on all events being new and no key being parked. Where that is wrong
/// the attempt fails without saying anything against a message, and another one, not hopeful, finds out.</param>
internal sealed class DeliveryIntake(
    string stream, List<BatchItem> batch, Range range, bool hopeful, TimeProvider clock) : Intake
{
    /// <summary>Whether the inbox was not asked, only told.</summary>
    public bool WasHopeful { get; private set; }

    public override string Stream => stream;

    public override Checkpoint Taken => Checkpoint.ConsumeAdmitted;

    public override Checkpoint Committed => Checkpoint.ConsumeCommitted;

    public override async Task<Taking> TakeAsync(IStoreSession session, CancellationToken stop)
    {
        var (start, count) = range.GetOffsetAndLength(batch.Count);
        var ids = new List<Guid>(count);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = start; i < start + count; i++)
        {
            ids.Add(batch[i].Event.Id);
            keys.Add(batch[i].Event.Key);
        }
        var now = clock.GetUtcNow();
        if (hopeful && IsPlain(start, count, ids) && session.TryAdmitNew(stream, ids, keys, now))
        {
            WasHopeful = true;
            return new Taking(batch.GetRange(start, count), null);
        }
        var admission = await session.AdmitAsync(stream, ids, keys, now, stop).ConfigureAwait(false);
        return Sort(batch.GetRange(start, count), admission, now);
    }

    private bool IsPlain(int start, int count, List<Guid> ids)
    {
        for (var i = start; i < start + count; i++)
        {
            if (batch[i].ParkReason is not null) return false;
        }
        return count == 1 || new HashSet<Guid>(ids).Count == count;
    }

    private Taking Sort(List<BatchItem> items, Admission admission, DateTimeOffset now)
    {
        List<ParkedMessage>? parked = null;
        HashSet<string>? parkedHere = null;
        var seen = items.Count > 1 ? new HashSet<Guid>(items.Count) : null;
        var handled = new List<BatchItem>(items.Count);
        foreach (var item in items)
        {
            var key = item.Event.Key;
            if (!admission.New.Contains(item.Event.Id) || seen?.Add(item.Event.Id) == false) continue;
            if (item.ParkReason is not null)
            {
                (parkedHere ??= new(StringComparer.Ordinal)).Add(key);
                (parked ??= []).Add(new ParkedMessage(0, item.Event, item.ParkReason, item.Failures, now));
            }
            else if (admission.ParkedKeys.Contains(key) || parkedHere?.Contains(key) == true)
            {
                (parked ??= []).Add(
                    new ParkedMessage(0, item.Event, "Waits behind a parked message of its key.", 0, now));
            }
            else
            {
                handled.Add(item);
            }
        }
        MessagingMetrics.Duplicates(stream, items.Count - handled.Count - (parked?.Count ?? 0));
        return new Taking(handled, parked);
    }
}
