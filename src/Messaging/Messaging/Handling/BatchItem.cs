namespace Tessera.Messaging.Handling;

/// <summary>One message on its way through the executor.</summary>
internal sealed class BatchItem(EventEnvelope envelope, HandlerInvoker? invoker)
{
    public EventEnvelope Event { get; } = envelope;

    /// <summary>Null when the service has no handler for the type.</summary>
    public HandlerInvoker? Invoker { get; } = invoker;

    /// <summary>Failed tries so far.</summary>
    public int Failures { get; set; }

    /// <summary>Set once it is decided that the message is parked instead of handled.</summary>
    public string? ParkReason
    {
        get;
        set => field = BatchFailure.Storable(value);
    }

    /// <summary>The deserialised message of the current attempt.</summary>
    public object? Message { get; set; }
}
