using System.Collections.Concurrent;

namespace Tessera.Messaging;

/// <summary>How the library's parts are, for a readiness check. A singleton service.</summary>
/// <remarks>
/// Parts: <c>store</c>, <c>transport</c>, <c>relay</c>, <c>consume:&lt;stream&gt;</c>, <c>timers</c>, <c>replay</c>,
/// <c>retention</c>. A part that fails is tried again for ever; its state says so meanwhile.
/// </remarks>
public sealed class MessagingHealth
{
    private readonly ConcurrentDictionary<string, MessagingPart> _parts = new(StringComparer.Ordinal);
    private volatile bool _started;

    /// <summary>Whether the store is prepared, the transport started and every subscription made.
    /// Stays true afterwards.</summary>
    public bool HasStarted => _started;

    /// <summary>Whether the library's tables and the service's own (<see cref="IPrepareDatabase"/>) are there.
    /// Stays true afterwards.</summary>
    public bool IsDatabasePrepared =>
        _parts.TryGetValue(Hosting.MessagingHost.StorePart, out var store) && store.IsHealthy;

    /// <summary>Started, and no part is failing now.</summary>
    public bool IsReady => _started && _parts.Values.All(part => part.IsHealthy);

    /// <summary>Every part with its state, by name.</summary>
    public IReadOnlyList<MessagingPart> Parts => [.. _parts.Values.OrderBy(part => part.Name, StringComparer.Ordinal)];

    internal void Started() => _started = true;

    internal void Healthy(string part)
    {
        if (!_parts.TryGetValue(part, out var known) || !known.IsHealthy) _parts[part] = new(part, true, null);
    }

    internal void Failing(string part, string reason) => _parts[part] = new(part, false, reason);
}

/// <summary>One part of the library.</summary>
/// <param name="Name">Which part.</param>
/// <param name="IsHealthy">False while it fails and is being tried again.</param>
/// <param name="Reason">Why it fails; null when healthy.</param>
public sealed record MessagingPart(string Name, bool IsHealthy, string? Reason);
