using System.ComponentModel.DataAnnotations;

namespace Tessera.Users.Contracts;

/// <summary>GET /users/customers/{number} (operators): a customer by the user's id or by a reference from where the
/// account was imported; no more than is needed to know that it is the one who asks.</summary>
/// <param name="MaskedEmail">First letters alone; null of an account without an address.</param>
/// <param name="References">Names that the account had where it was imported from, at most 20.</param>
public sealed record CustomerView(
    Guid Id, string? MaskedEmail, bool IsOperator, DateTimeOffset RegisteredAt, IReadOnlyList<string> References);

/// <summary>GET /users/{id}/contact (machines with the scope users.contact): to whom a mail goes. Not to be kept longer
/// than the mail needs.</summary>
/// <param name="Language">In which the person is written to; null when that is not known.</param>
public sealed record ContactView(Guid Id, string Email, string? Name, string? Language = null);

/// <summary>POST /users/{id}/tokens; the body may be left out.</summary>
/// <param name="Note">Why the operator acts, for the record.</param>
public sealed record ActingTokenRequest([property: StringLength(500)] string? Note = null);

/// <summary>GET /users/acting?user=&amp;size=50 (operators): who got a token to act for whom, the newest first.
/// </summary>
public sealed record ActingView(IReadOnlyList<ActingEntry> Items);

/// <param name="Note">Why, where it was said.</param>
public sealed record ActingEntry(DateTimeOffset At, Guid Operator, Guid User, string? Note);
