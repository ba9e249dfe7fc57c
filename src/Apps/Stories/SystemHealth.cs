namespace Tessera.Stories;

/// <summary>GET /health of the gateway.</summary>
public sealed record SystemHealth(string Status, IReadOnlyList<ReplicaHealth> Services)
{
    private const string Unreachable = "Unreachable";

    /// <summary>Of services in other languages those that the store has a place for.</summary>
    public IReadOnlyList<string> PlacesOf(IEnumerable<string> foreign) =>
        [.. foreign.Where(service => Services.Any(replica => replica.Service == service))];

    /// <summary>Those of them that are there, or were and do not answer.</summary>
    public IReadOnlyList<string> StartedOf(IEnumerable<string> foreign) =>
        [.. PlacesOf(foreign).Where(service => !IsNotStarted(service))];

    /// <summary>Whether a service in another language was never there since the gateway began: what it needs may be
    /// missing here, or it is still being built. The store is whole without it.</summary>
    public bool IsNotStarted(string foreign) => Services.Where(replica => replica.Service == foreign)
        .All(replica => replica is { Status: Unreachable, HasAnswered: false });
}

/// <param name="HasAnswered">Whether the gateway has had an answer of it since the gateway began.</param>
public sealed record ReplicaHealth(
    string Service, string Replica, string Status, double Milliseconds, long? MemoryMegabytes,
    IReadOnlyDictionary<string, HealthCheck>? Checks, bool IsServed, bool HasAnswered = false)
{
    /// <summary>What is wrong, in words.</summary>
    public string? Why => Checks is null ? null : string.Join("; ", Checks
        .Where(check => check.Value.Description is not null).Select(check => $"{check.Key}: {check.Value.Description}"))
        is { Length: > 0 } why ? why : null;
}

public sealed record HealthCheck(string Status, string? Description);
