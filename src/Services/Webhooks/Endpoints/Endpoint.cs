using Tessera.Messaging.Store;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>An endpoint as it is kept, without its types.</summary>
/// <param name="Secret">Sealed.</param>
internal sealed record Endpoint(
    Guid Id, Guid Owner, string Url, string? Description, bool IsOrdered, string State, string? StateReason,
    string Secret, string? PreviousSecret, DateTimeOffset? PreviousUntil, DateTimeOffset? FailingSince,
    DateTimeOffset CreatedAt, string? Contact = null)
{
    public const int ColumnCount = 13;

    public const string Columns =
        "e.id, e.owner, e.url, e.description, e.is_ordered, e.state, e.state_reason, e.secret, e.previous_secret, "
        + "e.previous_until, e.failing_since, e.created_at, e.contact";

    public static Endpoint Read(StoreReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetStringOrNull(3), row.GetBoolean(4), row.GetString(5),
        row.GetStringOrNull(6), row.GetString(7), row.GetStringOrNull(8), row.GetTimeOrNull(9), row.GetTimeOrNull(10),
        row.GetTime(11), row.GetStringOrNull(12));

    public EndpointView View(IEnumerable<string> types, DateTimeOffset now, EndpointNumbers? numbers = null) => new(
        Id, Owner, Url, [.. types.Order(StringComparer.Ordinal)], IsOrdered, Description, State, StateReason, CreatedAt,
        FailingSince, PreviousUntil > now ? PreviousUntil : null, numbers, Contact);
}

internal static class EndpointState
{
    public const string Active = "Active";
    public const string Paused = "Paused";
    public const string Disabled = "Disabled";
    public const string Ended = "Ended";

    /// <summary>Seen by nobody; what is left of it goes bit by bit.</summary>
    public const string Deleted = "Deleted";
}
