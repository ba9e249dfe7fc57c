namespace Tessera.MailDefaults;

/// <summary>A mail that waits, as it stands in the table <c>mails</c>.</summary>
/// <param name="Sealed">The written mail, or null when it has not been written.</param>
public sealed record QueuedMail(
    Guid Id, string Kind, string Recipient, string? Sealed, DateTimeOffset QueuedAt, int Tries);
