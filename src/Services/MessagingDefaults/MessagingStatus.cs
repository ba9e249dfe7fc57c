namespace Tessera.MessagingDefaults;

/// <summary>GET /messaging/status</summary>
/// <param name="Timers">How many wait to be due, or to be worked off.</param>
/// <param name="Held">The first of the held keys, with why.</param>
/// <param name="TimersOverdueSeconds">For how long the first timer is due; null when none is.</param>
/// <param name="HandledSeconds">How long ago a message was handled last; null when none is remembered.</param>
public sealed record MessagingStatus(
    string Service,
    string Broker,
    string Database,
    OutboxStatus Outbox,
    ParkedStatus Parked,
    long Timers,
    IReadOnlyList<SubscriptionStatus> Subscriptions,
    IReadOnlyList<HeldKeyStatus> Held,
    double? TimersOverdueSeconds,
    double? HandledSeconds);

/// <param name="OldestSeconds">Age of the oldest unsent event; null when none waits.</param>
/// <param name="HeldKeys">Keys whose first event the broker refuses.</param>
public sealed record OutboxStatus(long Rows, double? OldestSeconds, long HeldKeys);

/// <param name="Reason">What the broker says of the key's first event.</param>
public sealed record HeldKeyStatus(string Key, Guid EventId, string Reason, int Attempts, DateTimeOffset RetryAt);

public sealed record ParkedStatus(long Messages, long Keys);

/// <param name="Broker">A stream is read at each broker of <c>Messaging:AlsoConsume</c> too, one line each.</param>
/// <param name="Unread">Broker messages that wait; null when the broker is away.</param>
/// <param name="Unavailable">Why the broker did not tell, or null.</param>
public sealed record SubscriptionStatus(
    string Stream, string Broker, long? Unread, double? OldestUnreadSeconds,
    IReadOnlyList<PartitionStatus> Partitions, string? Unavailable);

public sealed record PartitionStatus(int Partition, string? Owner, long Unread, double? OldestUnreadSeconds);
