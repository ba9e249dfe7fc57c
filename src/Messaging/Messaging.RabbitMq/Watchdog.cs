namespace Tessera.Messaging.RabbitMq;

/// <summary>Finds a reader that believes it reads although the broker does not serve it.</summary>
internal sealed class Watchdog(PartitionBuffer buffer)
{
    private long _receivedBefore = -1;

    /// <summary>One look at what the broker says of the queue; a complaint when the reader should begin anew.</summary>
    /// <param name="consumers">Consumers that the broker serves: one, whoever it is, as long as any
    /// reader lives.</param>
    /// <param name="served">Whether it must be us. Otherwise the messages may wait for another process.</param>
    public string? Look(uint ready, uint consumers, bool served)
    {
        var received = buffer.Received;
        var idle = received == _receivedBefore && buffer.Held == 0;
        _receivedBefore = received;
        if (consumers == 0) return "RabbitMQ knows of no consumer although we consume";
        if (ready > 0 && idle && served) return $"{ready} messages wait, but none is delivered";
        return null;
    }
}
