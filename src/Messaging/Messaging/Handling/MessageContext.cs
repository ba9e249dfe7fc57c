namespace Tessera.Messaging;

/// <summary>What a handler may know of the message it handles, and its way to publish.</summary>
public sealed class MessageContext(UnitOfWork work, EventEnvelope envelope, int attempt)
{
    /// <summary>The event as it came, with its CloudEvents attributes.</summary>
    public EventEnvelope Envelope { get; } = envelope;

    /// <summary>1 for the first time this process handles the message; higher after a failure.</summary>
    public int Attempt { get; } = attempt;

    /// <summary>The transaction of the batch. The library commits it; a handler must not.</summary>
    public UnitOfWork Work { get; } = work;

    /// <inheritdoc cref="UnitOfWork.Publish{TEvent}"/>
    public void Publish<TEvent>(TEvent message) where TEvent : class => Work.Publish(message);
}
