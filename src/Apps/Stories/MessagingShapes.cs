using System.Text.Json;
using Tessera.TextDefaults;

namespace Tessera.Stories;

/// <summary>GET /messaging/status of a service.</summary>
/// <param name="TimersOverdueSeconds">For how long the first timer is due; null when none is.</param>
/// <param name="HandledSeconds">How long ago a message was handled last. A service in another language may not say so.
/// </param>
/// <param name="Changes">Whether a service in another language takes a changed replay; ours say nothing and do.
/// </param>
public sealed record MessagingStatus(
    string Service, string Broker, string Database, OutboxStatus Outbox, ParkedStatus Parked, long Timers,
    IReadOnlyList<SubscriptionStatus> Subscriptions, IReadOnlyList<HeldKeyStatus>? Held = null, bool? Changes = null,
    double? TimersOverdueSeconds = null, double? HandledSeconds = null);

public sealed record HeldKeyStatus(string Key, Guid EventId, string Reason, int Attempts, DateTimeOffset RetryAt);

public sealed record OutboxStatus(long Rows, double? OldestSeconds, long HeldKeys);

public sealed record ParkedStatus(long Messages, long Keys);

public sealed record SubscriptionStatus(
    string Stream, string Broker, long? Unread, double? OldestUnreadSeconds,
    IReadOnlyList<PartitionStatus> Partitions, string? Unavailable);

public sealed record PartitionStatus(int Partition, string? Owner, long Unread, double? OldestUnreadSeconds);

/// <summary>GET /messaging/parked/causes of a service.</summary>
public sealed record ParkedByCause(IReadOnlyList<ParkedCause> Causes, bool IsWhole);

public sealed record ParkedCause(
    string Stream, string Type, string Cause, string Sample, int Messages, int Keys, int Followers,
    DateTimeOffset First, DateTimeOffset Last);

/// <summary>GET /messaging/parked of a service.</summary>
public sealed record ParkedPage(IReadOnlyList<ParkedMessage> Items, string? Next);

public sealed record ParkedMessage(
    string Stream, string Key, long Position, Guid EventId, string Type, DateTimeOffset Time, DateTimeOffset ParkedAt,
    int Attempts, string Reason, string? TraceParent, JsonElement? Data)
{
    public string? TraceId => TraceParents.TraceOf(TraceParent);
}

/// <summary>GET /messaging/parked/acts of a service.</summary>
public sealed record ParkedActs(IReadOnlyList<ParkedActDone> Items);

public sealed record ParkedActDone(
    DateTimeOffset At, string By, string Action, string? Note, int Messages, int Keys, string Stream, string Key,
    string? Type, string? Reason, Guid? EventId = null, Guid? ChangedTo = null);

/// <summary>POST /messaging/parked/change</summary>
public sealed record ParkedChangeRequest(Guid EventId, JsonElement Data, string Note, Guid Act);

public sealed record ParkedChanged(Guid EventId);

/// <summary>GET /messaging/parked/changes/{id}</summary>
public sealed record ParkedChangeView(
    DateTimeOffset At, string By, string? Note, string Stream, string Key, string Type, string Reason, Guid EventId,
    Guid ChangedTo, JsonElement? Before, JsonElement? After);

/// <summary>POST /messaging/parked/replay and /discard.</summary>
public sealed record ParkedRequest(
    string? Stream, string? Key, Guid? EventId, string? Type, string? Cause, DateTimeOffset? From, DateTimeOffset? To,
    bool DryRun, string? Note = null, Guid? Act = null, int? Expected = null);

public sealed record ParkedOutcome(int Messages, bool DryRun);
