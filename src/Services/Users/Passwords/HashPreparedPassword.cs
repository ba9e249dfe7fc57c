using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Tessera.Users;

/// <summary>Hashes passwords in the form in which they are compared (<see cref="PasswordText"/>).</summary>
internal sealed class HashPreparedPassword(IOptions<PasswordHasherOptions> options) : IPasswordHasher<Account>
{
    private readonly PasswordHasher<Account> _hasher = new(options);

    public string HashPassword(Account user, string password) =>
        _hasher.HashPassword(user, PasswordText.Prepare(password));

    public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
    {
        var prepared = PasswordText.Prepare(providedPassword);
        var result = _hasher.VerifyHashedPassword(user, hashedPassword, prepared);
        if (result != PasswordVerificationResult.Failed) return result;
        // Hashes of before passwords were prepared: of the decomposed form, as some systems' keyboards send it. What
        // is asked hangs on what was typed alone, so that the time it takes tells nothing.
        var decomposed = ComposedText.Decompose(prepared);
        return !ReferenceEquals(decomposed, prepared)
            && _hasher.VerifyHashedPassword(user, hashedPassword, decomposed) != PasswordVerificationResult.Failed
            ? PasswordVerificationResult.SuccessRehashNeeded
            : PasswordVerificationResult.Failed;
    }
}
