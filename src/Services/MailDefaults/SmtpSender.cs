using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Tessera.MailDefaults;

/// <summary>Hands mail to a server. A connection per mail: there are few.</summary>
internal sealed class SmtpSender(IOptions<MailOptions> options) : IMailSender
{
    private const int TimeoutMilliseconds = 30_000; // Of each step.

    public TimeSpan TakesAtMost { get; } = TimeSpan.FromMinutes(2);

    public async Task SendAsync(Guid id, MimeMessage mail, CancellationToken stop)
    {
        var mailing = options.Value;
        using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
        await client.ConnectAsync(mailing.Host!, mailing.Port, mailing.Security switch
        {
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            MailSecurity.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        }, stop);
        if (mailing.User is { } user) await client.AuthenticateAsync(user, mailing.Password!, stop);
        await client.SendAsync(mail, stop);
        await client.DisconnectAsync(quit: true, stop);
    }
}
