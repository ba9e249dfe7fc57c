using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Tessera.Users;

/// <summary>Says, sealed, that a person has allowed just this request a moment ago. Another one, which another program
/// may have made, is not allowed by it.</summary>
internal sealed class ConsentTicket(IDataProtectionProvider protection)
{
    private static readonly TimeSpan lifetime = TimeSpan.FromMinutes(5);
    private readonly ITimeLimitedDataProtector _seal =
        protection.CreateProtector("consent.ticket").ToTimeLimitedDataProtector();

    /// <param name="request">Path and query of the authorization request.</param>
    public string Issue(Guid user, string request) => _seal.Protect(TextOf(user, request), lifetime);

    public bool IsFor(Guid user, string request, string ticket)
    {
        try
        {
            return _seal.Unprotect(ticket) == TextOf(user, request);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string TextOf(Guid user, string request) => $"{user:D} {request}";
}
