using Tessera.Messaging;

namespace Tessera.Webhooks;

/// <summary>Something that somebody does with an endpoint, recorded in the transaction that does it.</summary>
internal sealed record Act(Guid Id, Guid By, string What, string? Reason)
{
    public const string Paused = "Paused";
    public const string Resumed = "Resumed";
    public const string Redelivered = "Redelivered";

    public static Act Of(Guid by, string what, string? reason, TimeProvider clock) => new(
        Guid.CreateVersion7(clock.GetUtcNow()), by, what, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim());

    /// <param name="deliveries">Added up, where the deed takes several transactions.</param>
    public void Record(UnitOfWork work, Guid endpoint, DateTimeOffset at, int? deliveries = null) => work.Enqueue(
        """
        insert into acts (id, endpoint, at, actor, what, reason, deliveries) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (id) do update set deliveries = acts.deliveries + excluded.deliveries
        """,
        Id, endpoint, at, By, What, Reason, deliveries);
}
