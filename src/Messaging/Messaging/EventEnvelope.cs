namespace Tessera.Messaging;

/// <summary>One event with its CloudEvents 1.0 attributes, independent of any broker.</summary>
public sealed record EventEnvelope
{
    /// <summary>
    /// The identity that the inbox knows: the CloudEvents <c>id</c> of what a service of this library published on its
    /// own stream, else a version 5 UUID of <c>source</c> and <c>id</c> (RFC 9562 §5.5).
    /// </summary>
    public required Guid Id { get; init; }

    /// <summary>The stream that the event belongs to: its publisher's name.</summary>
    public required string Stream { get; init; }

    /// <summary>The CloudEvents <c>partitionkey</c>: events of one key are handled in the
    /// order they happened.</summary>
    public required string Key { get; init; }

    /// <summary>The wire type, such as <c>orders.order-placed.v1</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The CloudEvents <c>source</c>, such as <c>/tessera/orders</c>.</summary>
    public required string Source { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>W3C Trace Context <c>traceparent</c> of the work that published the event.</summary>
    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>The event's JSON (UTF-8).</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }
}
