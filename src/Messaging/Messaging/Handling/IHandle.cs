namespace Tessera.Messaging;

/// <summary>Handles one event (or one due timer) at a time, inside the transaction of the consumed batch.</summary>
/// <remarks>
/// The inbox row, everything the handler writes through the scoped <see cref="UnitOfWork"/>, and what it publishes
/// commit together, so a handler needs no duplicate check. An exception rolls the batch back; the healthy messages
/// are handled again without the failing one, which is parked after the configured attempts.
/// A handler must have no effect outside the unit of work: it may run again after a rollback.
/// One instance lives for one batch attempt (a dependency-injection scope).
/// </remarks>
public interface IHandle<in TEvent>
    where TEvent : class
{
    Task HandleAsync(TEvent message, MessageContext context, CancellationToken stop);
}

/// <summary>Handles all events of one type that stand next to each other in a batch, for set-based work.</summary>
public interface IHandleBatch<TEvent>
    where TEvent : class
{
    Task HandleAsync(IReadOnlyList<Received<TEvent>> messages, CancellationToken stop);
}

/// <summary>
/// Implemented by a handler that reads what it needs for the whole batch in one round trip, before its messages are
/// handled one by one. The same instance then handles the messages.
/// </summary>
public interface IPrefetch<TEvent>
    where TEvent : class
{
    Task PrefetchAsync(IReadOnlyList<TEvent> messages, CancellationToken stop);
}

/// <summary>One event of a batch with its context.</summary>
public readonly record struct Received<TEvent>(TEvent Message, MessageContext Context)
    where TEvent : class;
