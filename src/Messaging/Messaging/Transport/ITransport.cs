namespace Tessera.Messaging.Transport;

/// <summary>The seam to one broker.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Short lower-case name as used in configuration: <c>embedded</c>, <c>rabbitmq</c>,
    /// <c>kafka</c>, <c>redis</c>.</summary>
    string Name { get; }

    TransportFeatures Features { get; }

    /// <summary>
    /// Connects, declares what <paramref name="topology"/> names (idempotently, by any number of processes at once)
    /// and compares the broker's real settings with what the promises need.
    /// </summary>
    /// <exception cref="TransportUnavailableException">The broker cannot be reached; calling again
    /// later may succeed.</exception>
    /// <exception cref="TransportRefusedException">A setting would weaken a promise; the message
    /// names it. Final.</exception>
    Task StartAsync(Topology topology, CancellationToken stop);

    /// <summary>Completes when the broker has durably accepted every message; says which were refused.</summary>
    /// <remarks>
    /// Messages of one partition are accepted in the given order, without gaps: after a message of a partition whose
    /// fate is <see cref="SendOutcome.Unknown"/> no later one of that partition is reported accepted. Sends are
    /// pipelined, and several may be under way for one partition: those have no key in common, and nothing is promised
    /// of their order among each other. Never waits longer than the transport's send timeout.
    /// </remarks>
    /// <exception cref="TransportUnavailableException">Nothing is known of any message: all
    /// may be sent again.</exception>
    Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop);

    /// <summary>Hands over deliveries, in order within a partition, until disposed. What is not settled
    /// is delivered again.</summary>
    /// <remarks>
    /// Each partition is read by one live instance of <see cref="Subscription.Subscriber"/> at a time; when one dies,
    /// the others take its partitions over within 10 s (embedded: 5 s). A partition has at most one delivery
    /// outstanding; one delivery may carry several partitions. A failed read is retried inside, with backoff, for ever.
    /// Disposal waits for the outstanding deliveries (bounded) and hands the partitions over at once.
    /// </remarks>
    Task<IAsyncDisposable> SubscribeAsync(Subscription subscription, OnDelivery onDelivery, CancellationToken stop);

    /// <summary>At most once, to whoever listens now, in no promised order; for signals that may be lost.</summary>
    Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop);

    /// <summary>Calls <paramref name="onSignal"/> for each broadcast on the channel until disposed.</summary>
    Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop);

    /// <summary>What stands unread per partition, who reads it; for status and metrics.</summary>
    Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop);
}

/// <summary>
/// Receives what a transport read. Called for one delivery of a partition at a time. The transport keeps the partition
/// alive for as long as the task takes. <paramref name="revoked"/> fires when the partition is being taken away or the
/// subscription stops; the outcome is then still honoured if it can be.
/// </summary>
public delegate Task<DeliveryOutcome> OnDelivery(Delivery delivery, CancellationToken revoked);

/// <summary>The named ends of a delivery. There is no other.</summary>
public enum DeliveryOutcome
{
    /// <summary>Handled or parked, committed: the broker may forget it.</summary>
    Settle,

    /// <summary>Nothing was committed: deliver all of it again, in order.</summary>
    Redeliver,
}

/// <summary>What a transport took from one or more partitions; in order within each partition.</summary>
public sealed record Delivery(IReadOnlyList<WireMessage> Messages);

/// <summary>One broker message. <see cref="Body"/> holds one event, or a frame of several (CloudEvents
/// JSON batch).</summary>
/// <param name="Stream">The stream (topic) name.</param>
/// <param name="Partition">0 ≤ partition &lt; partitions of the stream.</param>
/// <param name="Key">The key of the event; of a frame, null.</param>
/// <param name="Id">The event's id, or the first event's of a frame: brokers that want a message id
/// get this one.</param>
/// <param name="ContentType"><c>application/json</c> in binary mode, <c>application/cloudevents+json</c>,
/// or <c>application/cloudevents-batch+json</c>.</param>
/// <param name="Attributes">CloudEvents attributes by bare name (<c>id</c>, <c>type</c>,
/// <c>traceparent</c> …) in binary mode; empty otherwise. The transport adds and strips its own prefix
/// (<c>ce_</c>, <c>cloudEvents_</c>, …).</param>
/// <param name="Body">Owned by the message: a transport never reuses the buffer of a received one.</param>
public sealed record WireMessage(
    string Stream,
    int Partition,
    string? Key,
    string? Id,
    string ContentType,
    IReadOnlyList<KeyValuePair<string, string>> Attributes,
    ReadOnlyMemory<byte> Body);

/// <summary>The broker's answer to each message of a send, by index.</summary>
public sealed record SendResult(IReadOnlyList<SendFailure> Failures)
{
    public static readonly SendResult AllAccepted = new([]);
}

/// <summary>A message that was not accepted.</summary>
public sealed record SendFailure(int Index, SendOutcome Outcome, string Reason);

public enum SendOutcome
{
    /// <summary>Not known or not now: send again, this one and the later ones of its partition, in order.</summary>
    Unknown,

    /// <summary>This message will not be accepted as it is (too large, unroutable, forbidden): its key stops.</summary>
    Refused,
}

/// <summary>What a transport can do, and which conformance tests therefore bind it.</summary>
public sealed record TransportFeatures
{
    public bool Broadcast { get; init; } = true;

    /// <summary>The log outlives its readers: a subscriber that joins later still reads what is retained.</summary>
    public bool RetainsForLateSubscribers { get; init; }

    /// <summary>Accepted messages survive the machine's loss of power, not only the broker's death.</summary>
    public bool SurvivesPowerLoss { get; init; }

    /// <summary>Whether <see cref="PartitionState.Unread"/> counts what the broker has lent to any process and is not
    /// settled; else only what it has lent to the one that asks.</summary>
    public bool CountsLent { get; init; } = true;

    /// <summary>The largest body that the broker takes, bytes.</summary>
    public int BodySizeBytesMax { get; init; } = 1024 * 1024;

    /// <summary>The longest time until another process reads on after a reader's death.</summary>
    public TimeSpan TakeoverMax { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The streams that a process publishes to and the subscriptions it reads.</summary>
public sealed record Topology(IReadOnlyList<StreamDefinition> Streams, IReadOnlyList<Subscription> Subscriptions);

/// <summary>A stream: P is fixed when it is created. <paramref name="Subscribers"/> are those known at deployment, so
/// that a broker that keeps queues (not logs) can keep events for one that has not started yet.</summary>
public sealed record StreamDefinition(string Name, int Partitions, IReadOnlyList<string> Subscribers);

/// <summary>One service reading one stream.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Partitions">The stream's partition count; refused at start when the broker's differs.</param>
/// <param name="Subscriber">The reading service's name: the unit between whose processes partitions are shared.</param>
/// <param name="BatchMax">Upper bound of broker messages in one delivery.</param>
public sealed record Subscription(string Stream, int Partitions, string Subscriber, int BatchMax = 256);

/// <summary>One partition of a subscription as the broker sees it.</summary>
/// <param name="Owner">The process that reads it, as far as the broker tells; null when nobody does.</param>
/// <param name="Unread">Broker messages that wait or are lent to a reader; see
/// <see cref="TransportFeatures.CountsLent"/>.</param>
/// <param name="OldestUnread">When the oldest of them was accepted, if the broker tells.</param>
public sealed record PartitionState(int Partition, string? Owner, long Unread, DateTimeOffset? OldestUnread);
