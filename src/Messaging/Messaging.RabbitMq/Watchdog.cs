namespace Tessera.Messaging.RabbitMq;

/// <summary>Finds a reader that believes it reads although the broker does not serve it.</summary>
internal sealed class Watchdog(PartitionBuffer buffer)
{
    private long _receivedBefore = -1;

    /// <summary>One look at what the broker says of the queue; a complaint when the reader should begin anew.</summary>
    public string? Look(uint ready, uint consumers, bool active)
    {
        var received = buffer.Received;
        var idle = received == _receivedBefore && buffer.Held == 0;
        _receivedBefore = received;
        if (consumers == 0) return "RabbitMQ knows of no consumer although we consume";

        // With several consumers the messages may wait for the one that is served, unless we know that we are it.
        if (ready > 0 && idle && (active || consumers == 1)) return $"{ready} messages wait, but none is delivered";
        return null;
    }
}
