using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>An account. Without email and password it came from elsewhere, or is a guest's, and cannot sign in.
/// </summary>
internal sealed record Account(
    Guid Id, string? Email, string? PasswordHash, string? Name, bool IsOperator, DateTimeOffset RegisteredAt)
{
    public IReadOnlyList<string> Roles => IsOperator ? ["operator"] : ["customer"];

    /// <summary>In which the person is written to; null when that is not known.</summary>
    public string? Language { get; init; }

    /// <summary>Where a guest is written to: an address that proves nothing.</summary>
    public string? GuestEmail { get; init; }

    public bool IsGuest => GuestEmail is not null;

    /// <summary>Where the person is written to, if anywhere.</summary>
    public string? WrittenTo => Email ?? GuestEmail;

    /// <summary>The stored hash that the password was checked with, when <see cref="PasswordHash"/> is a better
    /// one.</summary>
    public string? CheckedHash { get; init; }

    public UserView ToView(IReadOnlyList<AddressView> addresses) =>
        new(Id, WrittenTo ?? "", Name, Roles, addresses, RegisteredAt, Language, IsGuest);
}
