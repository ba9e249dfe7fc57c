using Microsoft.AspNetCore.Identity;
using Tessera.MailDefaults;
using Tessera.Users.Links;
using Tessera.Users.Mail;
using Tessera.Users.Sessions;
using Tessera.Users.Texts;

namespace Tessera.Users.Passwords;

/// <summary>Changes the password of who knows the old one, from the page and from programs. Whoever else is signed in,
/// perhaps with a password that leaked, is signed out.</summary>
internal sealed class ChangePassword(
    AccountStore accounts, CheckPassword passwords, IPasswordHasher<Account> hasher, SessionStore sessions,
    EndTokens tokens, OneTimeLinks links, MailQueue mails)
{
    /// <param name="kept">The session that asks: it stays.</param>
    public async Task<PasswordChange> TryAsync(
        Account account, string current, string wanted, Guid? kept, SignInKey key, CancellationToken stop)
    {
        if (PasswordRules.FaultOf(wanted, account.Email) is { } fault) return new PasswordChange.Refused(fault);
        if (current.Length > CheckPassword.LengthMax
            || await passwords.TryAsync(account.Email!, current, key, stop) is not { } known)
        {
            return new PasswordChange.WrongCurrent();
        }
        var hash = hasher.HashPassword(known, wanted); // Slow: before the transaction.
        await accounts.Work.BeginAsync(stop);
        // Only in place of the one that was checked: of two changes at once one is made.
        var changed = known with { PasswordHash = hash, CheckedHash = known.CheckedHash ?? known.PasswordHash };
        if (!await accounts.TryKeepPasswordHashAsync(changed, stop)) return new PasswordChange.WrongCurrent();
        sessions.EndOthers(known.Id, kept);
        await tokens.OfUserAsync(known.Id, kept, stop);
        links.End(OneTimeLinks.Reset, known.Id); // Whoever reads the mailbox may have asked for one before.
        mails.Add(WriteMail.PasswordChanged, known.Email!);
        await accounts.Work.CommitAsync(stop);
        return new PasswordChange.Done();
    }
}

internal abstract record PasswordChange
{
    public sealed record Done : PasswordChange;

    public sealed record WrongCurrent : PasswordChange;

    public sealed record Refused(Wording Why) : PasswordChange;
}
