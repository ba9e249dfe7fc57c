using Microsoft.AspNetCore.Identity;

namespace Tessera.Users;

/// <summary>Checks email and password, counting failures alone. Unknown, wrong and blocked look and cost
/// alike.</summary>
internal sealed class CheckPassword(
    AccountStore accounts, SignInFailures failures, SignInGate gate, IPasswordHasher<Account> hasher)
{
    /// <summary>A longer password is none; it would only cost hashing time.</summary>
    public const int LengthMax = 128;

    private static readonly Account nobody = new(Guid.Empty, null, null, null, false, default);

    private static string? hashOfNobody;

    /// <summary>The account, or null.</summary>
    public async Task<Account?> TryAsync(string email, string password, SignInKey key, CancellationToken stop)
    {
        var lane = await gate.EnterAsync(key, stop);
        try
        {
            return await TryInTurnAsync(email, password, key, stop);
        }
        finally
        {
            lane.Release();
        }
    }

    private async Task<Account?> TryInTurnAsync(
        string email, string password, SignInKey key, CancellationToken stop)
    {
        var account = await accounts.FindAsync(email, stop);
        var record = await failures.ReadAsync(key, stop);
        var result = hasher.VerifyHashedPassword(
            account ?? nobody, account?.PasswordHash ?? HashOfNobody(hasher), password);
        if (record.IsBlocked) return null; // The work is done all the same: how long it took tells nothing.
        if (account?.PasswordHash is null || result == PasswordVerificationResult.Failed)
        {
            await failures.CountAsync(key, stop);
            return null;
        }
        if (record.HasFailures) await failures.ForgetAsync(key, stop);
        return result == PasswordVerificationResult.SuccessRehashNeeded
            ? account with
            {
                PasswordHash = hasher.HashPassword(account, password), CheckedHash = account.PasswordHash,
            }
            : account;
    }

    private static string HashOfNobody(IPasswordHasher<Account> hasher) =>
        LazyInitializer.EnsureInitialized(ref hashOfNobody, () => hasher.HashPassword(nobody, "nobody's password"));
}
