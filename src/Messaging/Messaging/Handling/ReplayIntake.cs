using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Handling;

/// <summary>Takes the first messages of a parked key, in order.</summary>
internal sealed class ReplayIntake(HandlerTable handlers, ParkedKey key, int limit) : Intake
{
    /// <summary>What the last attempt took.</summary>
    public List<BatchItem> Items { get; } = [];

    public override string Stream => key.Stream;

    public override Checkpoint Taken => Checkpoint.ReplayTaken;

    public override Checkpoint Committed => Checkpoint.ReplayCommitted;

    public override async Task<Taking> TakeAsync(IStoreSession session, CancellationToken stop)
    {
        var parked = await session.TakeParkedAsync(key.Stream, key.Key, limit, stop).ConfigureAwait(false);
        foreach (var message in parked)
        {
            var invoker = handlers.FindParked(message.Event) ?? MissingHandler.Instance;
            Items.Add(new BatchItem(message.Event, invoker) { Failures = message.Attempts });
        }
        return new Taking(Items, null);
    }
}
