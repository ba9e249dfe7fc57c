namespace Tessera.Messaging;

/// <summary>
/// Thrown by a handler that needs something that is away just now: nothing is wrong with the message.
/// The batch is rolled back and tried again, with growing waits, until it succeeds; it is never parked for this.
/// Its partition waits meanwhile.
/// </summary>
public sealed class RetryLaterException(string message, Exception? inner = null) : Exception(message, inner);
