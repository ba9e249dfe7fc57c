namespace Tessera.Messaging.Moving;

/// <summary>Which broker a shard's events go to, as the service's own database records it.</summary>
/// <param name="Previous">Where they went before the last move; null when there was none.</param>
/// <param name="Move">The identity of that move.</param>
/// <param name="MovedAt">When it was decided.</param>
/// <param name="IsClosed">Whether both its markers were accepted.</param>
internal sealed record ShardBroker(
    int Shard, string Broker, string? Previous, Guid? Move, DateTimeOffset MovedAt, bool IsClosed);
