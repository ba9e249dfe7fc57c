using System.ComponentModel.DataAnnotations;

namespace Tessera.Users.Contracts;

/// <summary>POST /users/clients (operators): a program that may ask for tokens. With a secret, unless it is public.
/// </summary>
public sealed record AddClientRequest(
    [property: Required, RegularExpression(
        "^[a-z][a-z0-9-]{1,62}$", ErrorMessage = "{0} must be 2 to 63 of a-z, 0-9 and -, a letter first.")]
    string Id,
    [property: Required, StringLength(100, MinimumLength = 1)] string Name,
    [property: Required, MinLength(1), MaxLength(4)] IReadOnlyList<string> Grants,
    [property: MaxLength(50)] IReadOnlyList<string>? Scopes = null,
    [property: MaxLength(20)] IReadOnlyList<string>? RedirectUris = null,
    [property: MaxLength(20)] IReadOnlyList<string>? SignedOutUris = null,
    bool IsPublic = false);

/// <summary>GET /users/clients</summary>
public sealed record ClientView(
    string Id, string Name, bool IsPublic, bool IsOwn, IReadOnlyList<string> Grants, IReadOnlyList<string> Scopes,
    IReadOnlyList<string> RedirectUris, IReadOnlyList<string> SignedOutUris);

public sealed record ClientsView(IReadOnlyList<ClientView> Clients);

/// <param name="Secret">Shown this once; null when the client is public.</param>
public sealed record AddedClientView(ClientView Client, string? Secret);

/// <summary>POST /users/tokens (operators): a token to act for the customer with this e-mail address.</summary>
public sealed record ActForRequest(
    [property: Required, StringLength(254), RegularExpression(EmailText.Pattern, ErrorMessage = EmailText.Fault)]
    string Email);
