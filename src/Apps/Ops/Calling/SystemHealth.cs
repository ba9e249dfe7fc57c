namespace Tessera.Ops.Calling;

/// <summary>GET /health of the gateway.</summary>
public sealed record SystemHealth(string Status, IReadOnlyList<ReplicaHealth> Services);

public sealed record ReplicaHealth(
    string Service, string Replica, string Status, double Milliseconds, long? MemoryMegabytes,
    IReadOnlyDictionary<string, HealthCheck>? Checks, bool IsServed)
{
    /// <summary>What is wrong, in words.</summary>
    public string? Why => Checks is null ? null : string.Join("; ", Checks
        .Where(check => check.Value.Description is not null).Select(check => $"{check.Key}: {check.Value.Description}"))
        is { Length: > 0 } why ? why : null;
}

public sealed record HealthCheck(string Status, string? Description);
