using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Tessera.Users.Contracts;

/// <summary>POST /users</summary>
public sealed record RegisterUserRequest(
    [property: Required, StringLength(254), RegularExpression(EmailText.Pattern, ErrorMessage = EmailText.Fault)]
    string Email,
    [property: Required, StringLength(128, MinimumLength = 10)] string Password,
    [property: StringLength(100)] string? Name = null,
    [property: StringLength(LanguageTag.LengthMax), RegularExpression(
        LanguageTag.Pattern, ErrorMessage = LanguageTag.Fault)]
    string? Language = null);

/// <summary>How an e-mail address is written: enough to see what is none. Whether it is one, a mail tells.</summary>
public static class EmailText
{
    public const string Pattern = @"^[^\s\p{C}@]+@[^\s\p{C}@]+$";
    public const string Fault = "{0} is no e-mail address.";
}

/// <summary>How a language is written (BCP 47), such as <c>de</c> or <c>pt-BR</c>.</summary>
public static class LanguageTag
{
    public const int LengthMax = 35;
    public const string Pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$";
    public const string Fault = "{0} is no language such as de or pt-BR.";
}

/// <summary>The answer to a registration, the same whether the address has an account already or not: who it belongs to
/// is told by mail.</summary>
public sealed record RegistrationView(
    string Email, string Next = "A mail to this address tells how to go on. If the address is new here, sign in.");

/// <summary>GET /users/me</summary>
/// <param name="Language">In which the person is written to; null when that is not known.</param>
/// <param name="IsGuest">Whether the person ordered without an account, and so cannot sign in again.</param>
public sealed record UserView(
    Guid Id, string Email, string? Name, IReadOnlyList<string> Roles,
    IReadOnlyList<AddressView> Addresses, DateTimeOffset RegisteredAt, string? Language = null,
    bool IsGuest = false);

/// <summary>PUT /users/me</summary>
/// <param name="Language">Left out it stays as it is.</param>
public sealed record ChangeProfileRequest(
    [property: StringLength(100)] string? Name,
    [property: StringLength(LanguageTag.LengthMax), RegularExpression(
        LanguageTag.Pattern, ErrorMessage = LanguageTag.Fault)]
    string? Language = null);

/// <summary>POST /users/me/addresses, PUT /users/me/addresses/{address}</summary>
/// <param name="Name">Who takes in what is sent there.</param>
/// <param name="IsDefault">Makes it the usual one instead of the one that is. The first address is the usual one in any
/// case: an account with addresses always has one.</param>
public sealed record AddressRequest(
    [property: Required, StringLength(100, MinimumLength = 1)] string Line1,
    [property: StringLength(100)] string? Line2,
    [property: Required, StringLength(80, MinimumLength = 1)] string City,
    [property: Required, StringLength(20, MinimumLength = 1)] string PostalCode,
    [property: Required, StringLength(60, MinimumLength = 2)] string Country,
    [property: StringLength(100)] string? Name = null,
    bool IsDefault = false);

/// <param name="Name">Missing in addresses from before it was asked for.</param>
/// <param name="IsDefault">Whether it is the usual one.</param>
public sealed record AddressView(
    Guid Id, string Line1, string? Line2, string City, string PostalCode, string Country, string? Name = null,
    bool IsDefault = false);

/// <summary>GET /users/me/addresses: in the order in which they were added.</summary>
public sealed record AddressesView(IReadOnlyList<AddressView> Addresses);

/// <summary>POST /users/customers (operators): accounts that came from elsewhere. They have no password
/// and cannot sign in until they set one. At most 1,000 a request; a reference that is known already gives
/// the same user again.</summary>
public sealed record ImportCustomersRequest(
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<ImportedCustomer> Customers);

public sealed record ImportedCustomer(
    [property: Required, StringLength(64, MinimumLength = 1), RegularExpression(
        // Patterns see halves of pairs, and know no class of a pair: the invisible ones are named by their halves.
        @"^(?:(?!\uD804[\uDCBD\uDCCD]|\uD80D[\uDC30-\uDC3F]|\uD82F[\uDCA0-\uDCA3]|\uD834[\uDD73-\uDD7A])"
        + @"[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uDB40])*$", ErrorMessage = "{0} may hold visible characters and spaces only.")]
    string Reference,
    [property: StringLength(60)] string? Country);

public sealed record ImportedCustomersView(IReadOnlyList<ImportedCustomerView> Customers);

public sealed record ImportedCustomerView(string Reference, Guid User);

/// <summary>POST /users/{id}/tokens (operators): a short-lived access token to act for the user; the token's <c>act</c>
/// claim names the operator (RFC 8693 §4.1), and the issue is logged.</summary>
public sealed record ActingTokenView(string AccessToken, int ExpiresIn, string TokenType = "Bearer");

/// <summary>GET /users/me/sessions: where the user is signed in with a browser, the latest first.</summary>
public sealed record SessionsView(IReadOnlyList<SessionView> Sessions);

/// <param name="Browser">What the browser said of itself.</param>
/// <param name="IsCurrent">Whether the token of this request was issued on this session.</param>
public sealed record SessionView(
    Guid Id, DateTimeOffset BegunAt, DateTimeOffset EndsAt, string Browser, string Network, bool IsCurrent);

/// <summary>GET /users/me/export: what the store keeps of the person, as each service has answered. Only what
/// Notifications keeps of the mails that it sent (which, when, about which order) is not in it.</summary>
/// <param name="References">Names that the account had where it was imported from.</param>
/// <param name="ActedFor">When operators got tokens to act for the person.</param>
/// <param name="Services">By the service's name. Catalog keeps nothing of persons and is not asked; Notifications is
/// asked where the store has it.</param>
public sealed record UserExport(
    DateTimeOffset MadeAt, UserView Account, IReadOnlyList<string> References, IReadOnlyList<SessionView> Sessions,
    IReadOnlyList<PasskeyView> Passkeys, IReadOnlyList<AllowedClientView> AllowedClients,
    IReadOnlyList<ActedForView> ActedFor,
    IReadOnlyDictionary<string, ServiceExport> Services);

/// <param name="UsedAt">When the person last signed in with it.</param>
public sealed record PasskeyView(string Name, DateTimeOffset MadeAt, DateTimeOffset? UsedAt);

/// <summary>A program that the person has allowed something.</summary>
public sealed record AllowedClientView(string Client, IReadOnlyList<string> Scopes, DateTimeOffset? AllowedAt);

/// <param name="Note">Why, where the operator said so.</param>
public sealed record ActedForView(DateTimeOffset At, Guid Operator, string? Note = null);

/// <param name="IsComplete">False when there is more than one export holds (<c>Users:ExportItemsMax</c>), or when the
/// part is missing.</param>
/// <param name="Missing">Why there is nothing of the service; null when it has answered.</param>
public sealed record ServiceExport(IReadOnlyList<JsonElement> Items, bool IsComplete, string? Missing = null);

/// <summary>POST /users/me/password: signs out whoever else is signed in to the account.</summary>
public sealed record ChangePasswordRequest(
    [property: Required, StringLength(128, MinimumLength = 1)] string Current,
    [property: Required, StringLength(128, MinimumLength = 10)] string New);
