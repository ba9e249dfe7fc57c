using Microsoft.AspNetCore.Identity;
using Tessera.Users.Contracts;
using Tessera.MailDefaults;
using Tessera.Users.Mail;

namespace Tessera.Users;

/// <summary>The one way in which a customer's account comes to be, from the page and from programs. Nothing is
/// returned: whether the address had an account before is told to its owner alone, by mail.</summary>
internal sealed class RegisterAccount(
    AccountStore accounts, IPasswordHasher<Account> hasher, MailQueue mails, TimeProvider clock)
{
    public async Task RunAsync(RegisterUserRequest request, CancellationToken stop)
    {
        // Whole milliseconds, as every database keeps them.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var account = new Account(
            Guid.CreateVersion7(now), EmailAddress.Normalize(request.Email), null, request.Name,
            IsOperator: false, now)
        {
            Language = request.Language,
        };
        // Always, and before the transaction: it is what takes long.
        account = account with { PasswordHash = hasher.HashPassword(account, request.Password) };
        await accounts.Work.BeginAsync(stop);
        var isNew = await accounts.TryAddAsync(account, stop);
        if (isNew) accounts.Work.Publish(new UserRegistered(account.Id));
        mails.Add(isNew ? WriteMail.Registered : WriteMail.RegisteredAgain, account.Email!);
        await accounts.Work.CommitAsync(stop);
    }
}
