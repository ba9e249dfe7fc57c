using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging;

/// <summary>What an operator can do with parked messages. A singleton service.</summary>
public sealed class ParkedMessages
{
    private readonly IMessageStore _store;
    private readonly MessageRegistry _registry;
    private readonly OutboxSignal _signal;
    private readonly TimeProvider _clock;

    internal ParkedMessages(
        IMessageStore store, MessageRegistry registry, OutboxSignal signal, TimeProvider clock)
    {
        _store = store;
        _registry = registry;
        _signal = signal;
        _clock = clock;
    }

    /// <summary>The matching messages, by stream and key, each key's oldest first; from the one behind
    /// <paramref name="after"/> on, or from the first.</summary>
    public Task<IReadOnlyList<ParkedMessage>> ListAsync(
        ParkedFilter filter, ParkedPlace? after, int limit, CancellationToken stop) =>
        _store.ListParkedAsync(filter, after, limit, stop);

    /// <summary>Has the matching keys handled again, in order, soon after. A message is replayed with its whole key:
    /// those before it come first, those behind it follow. Recorded under <paramref name="by"/>.</summary>
    /// <param name="note">Why, as the record is to say.</param>
    /// <param name="act">A name for this decision, so that it takes effect once however often it is asked for.</param>
    /// <param name="expected">How many messages it is to concern. Null: whatever number it is.</param>
    /// <returns>How many messages wait under these keys.</returns>
    /// <exception cref="ParkedCountException">It would be another number: nothing was done.</exception>
    public async Task<int> ReplayAsync(
        ParkedFilter filter, string by, CancellationToken stop, string? note = null, Guid? act = null,
        int? expected = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        var messages = await _store.RequestReplayAsync(
            filter, new ParkedAct(by, _clock.GetUtcNow(), note, act, expected), stop).ConfigureAwait(false);
        if (messages > 0) _signal.WakeReplay();
        return messages;
    }

    /// <summary>The dry run of <see cref="ReplayAsync"/>: what it would return now.</summary>
    public Task<int> CountReplayAsync(ParkedFilter filter, CancellationToken stop) =>
        _store.CountParkedAsync(filter, wholeKeys: true, stop);

    /// <summary>The dry run of <see cref="DiscardAsync"/>: what it would return now.</summary>
    public Task<int> CountDiscardAsync(ParkedFilter filter, CancellationToken stop) =>
        _store.CountParkedAsync(filter, wholeKeys: false, stop);

    /// <summary>Removes the matching messages for good; what they were is recorded
    /// under <paramref name="by"/>.</summary>
    /// <param name="note">Why, as the record is to say.</param>
    /// <param name="act">As of <see cref="ReplayAsync"/>.</param>
    /// <param name="expected">As of <see cref="ReplayAsync"/>.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="ParkedCountException">It would be another number: nothing was done.</exception>
    public Task<int> DiscardAsync(
        ParkedFilter filter, string by, CancellationToken stop, string? note = null, Guid? act = null,
        int? expected = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        return _store.DiscardParkedAsync(filter, new ParkedAct(by, _clock.GetUtcNow(), note, act, expected), stop);
    }

    /// <summary>Puts another message, of the same type and key, at the place of a parked one and has its key handled
    /// again. It has an id of its own; what it stands for is recorded under <paramref name="by"/> with both bodies.
    /// </summary>
    /// <param name="data">The new body: JSON of the message's type.</param>
    /// <param name="note">Why, as the record is to say.</param>
    /// <param name="act">As of <see cref="ReplayAsync"/>.</param>
    public async Task<ParkedChangeResult> ChangeAsync(
        Guid eventId, ReadOnlyMemory<byte> data, string by, string note, CancellationToken stop, Guid? act = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(note);
        // Asked for a second time, the message has another id: whether the act is done already comes first.
        if (await DoneBeforeAsync(act, stop).ConfigureAwait(false) is { } before) return before;
        var found = await _store.ListParkedAsync(
            new ParkedFilter(EventId: eventId), null, 1, stop).ConfigureAwait(false);
        // A request of the same name may have done it since that look.
        if (found is not [var parked])
            return await DoneBeforeAsync(act, stop).ConfigureAwait(false) ?? new ParkedChangeResult.NotParked();
        if (ParkedBody.FaultOf(parked.Event, data, _registry) is { } fault)
            return new ParkedChangeResult.Refused(fault);
        var id = Guid.CreateVersion7(_clock.GetUtcNow());
        var changed = await _store.ChangeParkedAsync(
            new ParkedChange(eventId, id, data), new ParkedAct(by, _clock.GetUtcNow(), note, act), stop)
            .ConfigureAwait(false);
        if (changed == 0) return new ParkedChangeResult.NotParked();
        _signal.WakeReplay();
        // Of two requests of one name the other one may have been first.
        return await DoneBeforeAsync(act, stop).ConfigureAwait(false) ?? new ParkedChangeResult.Changed(id);
    }

    private async Task<ParkedChangeResult?> DoneBeforeAsync(Guid? act, CancellationToken stop) =>
        act is { } name && await _store.FindChangedAsync(name, stop).ConfigureAwait(false) is { } id
            ? new ParkedChangeResult.Changed(id)
            : null;
}
