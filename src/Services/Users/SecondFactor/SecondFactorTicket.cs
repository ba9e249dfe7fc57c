using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Tessera.Users.SecondFactor;

/// <summary>Says, sealed, that somebody knew the password a moment ago. The page that asks for the code carries it; it
/// is worth nothing without a code.</summary>
internal sealed class SecondFactorTicket(IDataProtectionProvider protection)
{
    private static readonly TimeSpan lifetime = TimeSpan.FromMinutes(5);
    private readonly ITimeLimitedDataProtector _seal =
        protection.CreateProtector("second-factor.ticket").ToTimeLimitedDataProtector();

    public string Issue(Account account) =>
        _seal.Protect(JsonSerializer.Serialize(new Ticket(account.Id, VersionOf(account))), lifetime);

    /// <summary>The account; null when the ticket is too old, or the password another one since.</summary>
    public async Task<Account?> ReadAsync(string ticket, AccountStore accounts, CancellationToken stop)
    {
        try
        {
            return JsonSerializer.Deserialize<Ticket>(_seal.Unprotect(ticket)) is { } known
                && await accounts.FindAsync(known.User, stop) is { } account && VersionOf(account) == known.Version
                ? account
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string VersionOf(Account account) => Convert.ToHexString(
        SHA256.HashData(Encoding.UTF8.GetBytes(account.CheckedHash ?? account.PasswordHash ?? "")))[..16];

    private sealed record Ticket(Guid User, string Version);
}
