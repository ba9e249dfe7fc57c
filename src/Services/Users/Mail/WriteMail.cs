using Microsoft.Extensions.Options;
using MimeKit;
using Tessera.MailDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Links;
using Tessera.Users.Pages;

namespace Tessera.Users.Mail;

/// <summary>The words of each mail, for whoever the address belongs to at the moment.</summary>
internal sealed class WriteMail(
    AccountStore accounts, OneTimeLinks links, IOptions<MailOptions> options, IOptions<TesseraOptions> tessera,
    TimeProvider clock) : IWriteMail
{
    public const string Registered = "registered";
    public const string RegisteredAgain = "registered-again";
    public const string Reset = "reset";
    public const string PasswordChanged = "password-changed";
    public const string PasskeyAdded = "passkey-added";
    public const string PasskeyRemoved = "passkey-removed";
    public const string SecondFactorAdded = "second-factor-added";
    public const string SecondFactorRemoved = "second-factor-removed";

    // Long enough that nobody floods a mailbox or ends each link before its owner can follow it, and short for who
    // waits for a mail that went astray.
    private static readonly TimeSpan pause = TimeSpan.FromMinutes(5);

    /// <summary>The mail, with a link of its own if it has one; null when the address belongs to nobody, or its owner
    /// got such a mail, which anybody can ask for, a moment ago.</summary>
    public async Task<MimeMessage?> TryAsync(QueuedMail mail, CancellationToken stop)
    {
        if (await accounts.FindAsync(mail.Recipient, stop) is not { } account) return null;
        if (mail.Kind is Reset or RegisteredAgain
            && !await accounts.TryNoteMailAsync(account.Id, mail.Kind, clock.GetUtcNow(), pause, stop))
        {
            return null;
        }
        var (subject, text) = mail.Kind switch
        {
            Registered => (
                "Confirm your e-mail address",
                $"""
                welcome to Tessera. Confirm that this address is yours:

                {AddressOf(AccountPages.Confirm, links.Make(OneTimeLinks.Confirm, account.Id))}

                The link works once, for an hour. If you have no account with us, somebody mistyped the address: do
                nothing.
                """),
            RegisteredAgain => (
                "You have an account already",
                $"""
                somebody, perhaps you, wanted to create an account with this address. You have one already, and nothing
                was changed. Sign in here:

                {AddressOf(AccountPages.SignIn)}

                If you do not know the password any more, set a new one:

                {AddressOf(AccountPages.Reset)}
                """),
            Reset => (
                "Set a new password",
                $"""
                somebody, perhaps you, asked for a new password for this address. Set it here:

                {AddressOf(AccountPages.NewPassword, links.Make(OneTimeLinks.Reset, account.Id))}

                The link works once, for an hour. If it was not you, do nothing: your password stays as it is.
                """),
            PasswordChanged => (
                "Your password was changed",
                $"""
                the password of your account was changed, and everybody else who was signed in to it is signed out. If
                it was not you, set a new one at once:

                {AddressOf(AccountPages.Reset)}
                """),
            PasskeyAdded => ("A passkey was added", Changed("a passkey was added to your account")),
            PasskeyRemoved => ("A passkey was removed", Changed("a passkey was removed from your account")),
            SecondFactorAdded => (
                "An authenticator app was added", Changed("an authenticator app was added to your account")),
            SecondFactorRemoved => (
                "The authenticator app was removed", Changed("the authenticator app of your account was removed")),
            _ => throw new InvalidOperationException($"There is no mail of the kind {mail.Kind}."),
        };
        return Compose(mail, account, subject, text);
    }

    private string Changed(string what) =>
        $"""
        {what}. If it was not you, set a new password at once and look at your account:

        {AddressOf(AccountPages.Reset)}
        """;

    private MimeMessage Compose(QueuedMail mail, Account account, string subject, string text)
    {
        var message = new MimeMessage
        {
            Subject = subject,
            Date = mail.QueuedAt,
            MessageId = $"{mail.Id:D}@{tessera.Value.PublicUri.Host}",
            Body = new TextPart("plain")
            {
                Text = $"Hello{(account.Name is { Length: > 0 } name ? " " + name : "")},\n\n{text}\n\nTessera\n",
            },
        };
        message.From.Add(MailboxAddress.Parse(options.Value.From));
        message.To.Add(new MailboxAddress(account.Name ?? "", account.Email!));
        // Nobody's absence notice shall answer (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>On the configured address, never on one that a request named.</summary>
    private string AddressOf(string page, string? secret = null)
    {
        var address = new Uri(tessera.Value.PublicUri, page).AbsoluteUri;
        return secret is null ? address : $"{address}?{OneTimeLinks.Parameter}={secret}";
    }
}
