using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>An account. Without email and password it came from elsewhere and cannot sign in.</summary>
internal sealed record Account(
    Guid Id, string? Email, string? PasswordHash, string? Name, bool IsOperator, DateTimeOffset RegisteredAt)
{
    public IReadOnlyList<string> Roles => IsOperator ? ["operator"] : ["customer"];

    /// <summary>The stored hash that the password was checked with, when <see cref="PasswordHash"/> is a better
    /// one.</summary>
    public string? CheckedHash { get; init; }

    public UserView ToView(IReadOnlyList<AddressView> addresses) =>
        new(Id, Email ?? "", Name, Roles, addresses, RegisteredAt);
}
