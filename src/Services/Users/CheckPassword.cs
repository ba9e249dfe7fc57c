using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Tessera.Messaging;

namespace Tessera.Users;

/// <summary>Checks email and password, counting failures. Unknown, wrong and locked look and cost alike.</summary>
internal sealed class CheckPassword(
    AccountStore accounts, IServiceScopeFactory scopes,
    IPasswordHasher<Account> hasher, IOptions<UsersOptions> options, TimeProvider clock)
{
    private static readonly Account nobody = new(Guid.Empty, null, null, null, false, default);

    private static string? hashOfNobody;

    /// <summary>The account, or null.</summary>
    public async Task<Account?> TryAsync(string email, string password, CancellationToken stop)
    {
        var account = await accounts.FindAsync(email, stop);
        if (account?.PasswordHash is null)
        {
            hasher.VerifyHashedPassword(nobody, HashOfNobody(hasher), password);
            return null;
        }
        // The attempt counts as failed before it is checked: many at once get no more tries than one after the other.
        var mayTry = await BeginAttemptAsync(account.Id, stop);
        var result = hasher.VerifyHashedPassword(account, account.PasswordHash, password);
        if (!mayTry || result == PasswordVerificationResult.Failed) return null;
        var hash = result == PasswordVerificationResult.SuccessRehashNeeded
            ? hasher.HashPassword(account, password)
            : account.PasswordHash;
        await RunAsync(
            "update users set failed_sign_ins = 0, locked_until = null, password_hash = $2 where id = $1",
            [account.Id, hash], stop);
        return account;
    }

    private static string HashOfNobody(IPasswordHasher<Account> hasher) =>
        LazyInitializer.EnsureInitialized(ref hashOfNobody, () => hasher.HashPassword(nobody, "nobody's password"));

    private async Task<bool> BeginAttemptAsync(Guid user, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        // A lock that has run out starts the count anew.
        return await RunAsync(
            """
            update users set
                failed_sign_ins = case when locked_until is null then failed_sign_ins + 1 else 1 end,
                locked_until = case when (case when locked_until is null then failed_sign_ins + 1 else 1 end) >= $3 then $4 end
            where id = $1 and (locked_until is null or locked_until <= $2)
            """,
            [user, now, options.Value.FailedSignInsMax, now + options.Value.LockoutTime], stop) == 1;
    }

    // Hashing takes long; no transaction is open meanwhile, so each statement has one of its own.
    private async Task<int> RunAsync(string sql, object?[] parameters, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        var rows = await work.ExecuteAsync(sql, parameters, stop);
        await work.CommitAsync(stop);
        return rows;
    }
}
