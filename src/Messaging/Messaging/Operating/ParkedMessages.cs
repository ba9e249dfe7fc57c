using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging;

/// <summary>What an operator can do with parked messages. A singleton service.</summary>
public sealed class ParkedMessages
{
    private readonly IMessageStore _store;
    private readonly OutboxSignal _signal;
    private readonly TimeProvider _clock;

    internal ParkedMessages(IMessageStore store, OutboxSignal signal, TimeProvider clock)
    {
        _store = store;
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
    /// <returns>How many messages wait under these keys.</returns>
    public async Task<int> ReplayAsync(
        ParkedFilter filter, string by, CancellationToken stop, string? note = null, Guid? act = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        var messages = await _store.RequestReplayAsync(
            filter, new ParkedAct(by, _clock.GetUtcNow(), note, act), stop).ConfigureAwait(false);
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
    /// <returns>How many were removed.</returns>
    public Task<int> DiscardAsync(
        ParkedFilter filter, string by, CancellationToken stop, string? note = null, Guid? act = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        return _store.DiscardParkedAsync(filter, new ParkedAct(by, _clock.GetUtcNow(), note, act), stop);
    }
}
