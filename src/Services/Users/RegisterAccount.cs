using Microsoft.AspNetCore.Identity;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The one way in which a customer's account comes to be, from the page and from programs.</summary>
internal sealed class RegisterAccount(
    AccountStore accounts, IPasswordHasher<Account> hasher, CheckPassword passwords, TimeProvider clock)
{
    /// <summary>The account; null when the email has one and the password is not its.</summary>
    public async Task<Account?> TryAsync(RegisterUserRequest request, SignInKey key, CancellationToken stop)
    {
        // Whole milliseconds, as every database keeps them: a retry gets the same answer.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var account = new Account(
            Guid.CreateVersion7(now), EmailAddress.Normalize(request.Email), null, request.Name,
            IsOperator: false, now);
        // Slow: before the transaction.
        account = account with { PasswordHash = hasher.HashPassword(account, request.Password) };
        await accounts.Work.BeginAsync(stop);
        if (await accounts.TryAddAsync(account, stop))
        {
            accounts.Work.Publish(new UserRegistered(account.Id));
            await accounts.Work.CommitAsync(stop);
            return account;
        }
        await accounts.Work.DisposeAsync(); // Nothing was stored, and a password is checked below.
        // Who knows the password lost an earlier answer. It is a sign-in: wrong ones count as such, so that this is no
        // way around the limit of guesses.
        return await passwords.TryAsync(request.Email, request.Password, key, stop);
    }
}
