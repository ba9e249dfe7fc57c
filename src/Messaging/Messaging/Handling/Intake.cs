using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Handling;

/// <summary>Where the messages of one attempt come from: a delivery, due timers, or the park.</summary>
internal abstract class Intake
{
    /// <summary>The stream's name, <c>timers</c> for timers.</summary>
    public abstract string Stream { get; }

    public abstract Checkpoint Taken { get; }

    public abstract Checkpoint Committed { get; }

    /// <summary>Takes the messages within the attempt's transaction. Failing here says nothing
    /// against a message.</summary>
    public abstract Task<Taking> TakeAsync(IStoreSession session, CancellationToken stop);
}

/// <param name="Items">What is to be handled, in order.</param>
/// <param name="Parked">What is parked in the same transaction; null when nothing is.</param>
internal readonly record struct Taking(List<BatchItem> Items, List<ParkedMessage>? Parked)
{
    public bool IsEmpty => Items.Count == 0 && Parked is null;
}
