namespace Tessera.Messaging;

/// <summary>What became of the wish to change a parked message.</summary>
public abstract record ParkedChangeResult
{
    private ParkedChangeResult()
    {
    }

    /// <param name="EventId">Of the message that stands at its place now.</param>
    public sealed record Changed(Guid EventId) : ParkedChangeResult;

    /// <summary>No such message is parked, or not any more.</summary>
    public sealed record NotParked : ParkedChangeResult;

    /// <param name="Why">What is wrong with the body, in words.</param>
    public sealed record Refused(string Why) : ParkedChangeResult;
}
