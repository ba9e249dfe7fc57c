using Microsoft.AspNetCore.Identity;
using Tessera.Users.Links;
using Tessera.MailDefaults;
using Tessera.Users.Mail;
using Tessera.Users.Sessions;
using Tessera.Users.Texts;

namespace Tessera.Users.Passwords;

/// <summary>A new password for who has none any more, by a link that is mailed to the owner. Nobody is signed in by it,
/// and whoever was is signed out.</summary>
internal sealed class ResetPassword(
    AccountStore accounts, IPasswordHasher<Account> hasher, OneTimeLinks links, MailQueue mails,
    SessionStore sessions, EndTokens tokens, SignInFailures failures, TimeProvider clock)
{
    /// <summary>Has a link mailed, if the address has an account. One row is written in any case: neither the answer
    /// nor how long it takes tells a stranger whether it has.</summary>
    public async Task AskAsync(string email, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        mails.Add(WriteMail.Reset, EmailAddress.Normalize(email));
        await accounts.Work.CommitAsync(stop);
    }

    public async Task<ResetOutcome> TryAsync(string secret, string password, SignInNetwork from, CancellationToken stop)
    {
        if (await links.FindAsync(OneTimeLinks.Reset, secret, stop) is not { } user
            || await accounts.FindAsync(user, stop) is not { Email: { } email } account)
        {
            return new ResetOutcome.DeadLink();
        }
        if (PasswordRules.FaultOf(password, email) is { } fault) return new ResetOutcome.Refused(fault);
        var hash = hasher.HashPassword(account, password); // Slow: before the transaction.
        await accounts.Work.BeginAsync(stop);
        if (await links.TryUseAsync(OneTimeLinks.Reset, secret, stop) is null
            || !await accounts.TryLockAsync(user, stop))
        {
            return new ResetOutcome.DeadLink();
        }
        accounts.RemoveUnprovedWaysIn(user); // The link proves the address: what a stranger has added before goes.
        if (!await accounts.TrySetPasswordAsync(user, hash, clock.GetUtcNow(), stop))
            return new ResetOutcome.DeadLink();
        sessions.EndOthers(user, except: null);
        await tokens.OfUserAsync(user, exceptSession: null, stop);
        mails.Add(WriteMail.PasswordChanged, email);
        await accounts.Work.CommitAsync(stop);
        // The owner who guessed at the old one until asking for a new one may use it at once.
        await failures.ForgetAsync(new SignInKey(EmailAddress.KeyOf(email), from.Value), stop);
        return new ResetOutcome.Done();
    }
}

/// <summary>The network that a request came from, as sign-in failures are counted by.</summary>
internal readonly record struct SignInNetwork(string Value);

internal abstract record ResetOutcome
{
    public sealed record Done : ResetOutcome;

    /// <summary>Unknown, used or too old: which one is nobody's business.</summary>
    public sealed record DeadLink : ResetOutcome;

    public sealed record Refused(Wording Why) : ResetOutcome;
}
