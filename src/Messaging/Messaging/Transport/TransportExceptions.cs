namespace Tessera.Messaging.Transport;

/// <summary>The broker cannot be reached or did not answer in time. Transient: try again.</summary>
public sealed class TransportUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A broker setting or a declaration would weaken a promise. The message names the setting
/// and what to do. Final.</summary>
public sealed class TransportRefusedException(string message, Exception? inner = null) : Exception(message, inner);
